using System.ComponentModel.DataAnnotations;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Audit.Endpoints;

/// <summary>A proof that the tree only ever grew.</summary>
internal sealed class ProveConsistency(EventLedger ledger) : Endpoint<ProveConsistency.Request, ProveConsistency.Response>
{
    public sealed record Request
    {
        [QueryParam, Range(1, int.MaxValue)]
        public long? From { get; init; }

        [QueryParam, Range(1, int.MaxValue)]
        public long? To { get; init; }
    }

    /// <summary>The hashes are in Base64.</summary>
    public new sealed record Response(long From, string FromRoot, long To, string ToRoot, IReadOnlyList<string> Hashes);

    public override void Configure()
    {
        Get("/api/v1/audit/ledger/consistency");
        this.Needs(Access.Audit);
        Summary(s =>
        {
            s.Summary = "A proof that the ledger only grew";
            s.Params["from"] = "The smaller size.";
            s.Params["to"] = "The larger size; the present one unless told.";
        });
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var size = await ledger.Size(ct);
        var to = request.To ?? size;
        if (to > size)
        {
            throw Problem.Invalid("to", $"a whole number from 1 to {size}", to);
        }

        var from = request.From ?? throw Problem.Invalid("from", $"a tree size from 1 to {to}");
        if (from > to)
        {
            throw Problem.Invalid("from", $"a whole number from 1 to {to}", from);
        }

        var subtrees = ledger.Tiles.Subtrees(ct);
        return new Response(
            from, Convert.ToBase64String(await MerkleTree.Root(from, subtrees)), to,
            Convert.ToBase64String(await MerkleTree.Root(to, subtrees)),
            [.. (await ledger.Consistency(from, to, ct)).Select(Convert.ToBase64String)]);
    }
}
