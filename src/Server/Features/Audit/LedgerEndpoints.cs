using System.Globalization;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Ledger;
using EventSourcedAnomaly.EventLog.Reading;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.ApiKeys;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Audit;

/// <summary><c>GET /api/v1/audit/ledger/checkpoint</c>: the signed tree head over every event so far; <c>…/key</c>: what verifies it.</summary>
internal static class GetCheckpoint
{
    public static async Task<IResult> Handle(HttpContext http, EventLedger ledger, EventStore store)
    {
        http.Principal().Require(Role.Auditor);
        var (_, note) = await ledger.Current(store.Head.Sequence, http.RequestAborted);
        http.Response.Headers.CacheControl = "no-cache";
        return Results.Text(note, "text/plain; charset=utf-8");
    }

    public static IResult Key(HttpContext http, EventLedger ledger)
    {
        http.Principal().Require(Role.Auditor);
        return Results.Text($"{ledger.Key}\n", "text/plain; charset=utf-8");
    }
}

/// <summary>
/// <c>GET /api/v1/audit/ledger/tile/{level}/{n}</c> and <c>…/tile/entries/{n}</c>, as C2SP tlog-tiles has them. Hashes say nothing
/// of what they are hashes of; entries are for the server's own auditors.
/// </summary>
internal static class GetTile
{
    private const int HighestLevel = 7;

    public static async Task<IResult> Hashes(HttpContext http, int level, string n, EventLedger ledger)
    {
        http.Principal().Require(Role.Auditor);
        if (level is < 0 or > HighestLevel || Tiles.Parse(n) is not { } wanted)
        {
            throw Problem.Invalid("tile", "a level from 0 to 7 and a number such as 000 or x001/234, perhaps with .p/W", $"{level}/{n}");
        }

        var tile = await ledger.Tiles.Get(level, wanted.N, http.RequestAborted);
        var length = wanted.Width * MerkleTree.HashLength;
        return tile?.Length >= length ? Bytes(http, tile[..length]) : throw Problem.NotFound("tile", $"{level}/{n}");
    }

    public static async Task<IResult> Entries(HttpContext http, string n, EventLedger ledger)
    {
        if (http.Tenant() != Principal.SystemTenant)
        {
            throw new Problem(ProblemKind.Forbidden, "Entry tiles hold the events of every tenant; they are for auditors of the server.");
        }

        http.Principal().Require(Role.Auditor);
        var wanted = Tiles.Parse(n) ?? throw Problem.Invalid("tile", "a number such as 000 or x001/234, perhaps with .p/W", n);
        return await ledger.Entries(wanted.N, wanted.Width, http.RequestAborted) is { } bundle ? Bytes(http, bundle) : throw Problem.NotFound("tile", n);
    }

    private static IResult Bytes(HttpContext http, byte[] bytes)
    {
        http.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        return Results.Bytes(bytes, "application/octet-stream");
    }
}

/// <summary><c>GET /api/v1/audit/events/{seq}/proof</c>: a <c>.tlog-proof</c> file for one of the tenant's own events; <c>…/entry</c>: the line it is a proof of.</summary>
internal static class ProveEvent
{
    public static async Task<IResult> Handle(HttpContext http, long sequence, EventLedger ledger, EventStore store)
    {
        await Find(http, sequence, store);
        var proof = await ledger.Prove(sequence, http.RequestAborted);
        http.Response.Headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename=\"{sequence}.tlog-proof\"");
        return Results.Text(proof.ToString(), "text/plain; charset=utf-8");
    }

    public static async Task<IResult> Entry(HttpContext http, long sequence, EventStore store) =>
        Results.Bytes(ExportLine.Bytes(await Find(http, sequence, store)), "application/json");

    private static async Task<RecordedEvent> Find(HttpContext http, long sequence, EventStore store)
    {
        var principal = http.Principal();
        principal.Require(Role.Auditor);
        var filter = new EventFilter { After = sequence - 1, Until = sequence, Tenant = principal.IsSystemAdministrator ? null : principal.Tenant };
        return (await store.Events.Page(filter, 1, http.RequestAborted)) is [var found] ? found : throw Problem.NotFound("event", $"{sequence}");
    }
}

/// <summary><c>GET /api/v1/audit/ledger/consistency?from=&amp;to=</c>: that the tree only ever grew.</summary>
internal static class ProveConsistency
{
    public static async Task<IResult> Handle(HttpContext http, EventLedger ledger)
    {
        http.Principal().Require(Role.Auditor);
        var size = await ledger.Size(http.RequestAborted);
        var to = http.WholeOrNull("to", 1, size) ?? size;
        var from = http.WholeOrNull("from", 1, to) ?? throw Problem.Invalid("from", $"a tree size from 1 to {to}");
        var subtrees = ledger.Tiles.Subtrees(http.RequestAborted);
        return Reply.Ok(new Response(
            from, Convert.ToBase64String(await MerkleTree.Root(from, subtrees)), to, Convert.ToBase64String(await MerkleTree.Root(to, subtrees)),
            [.. (await ledger.Consistency(from, to, http.RequestAborted)).Select(Convert.ToBase64String)]));
    }

    /// <summary>The hashes are in Base64.</summary>
    public sealed record Response(long From, string FromRoot, long To, string ToRoot, IReadOnlyList<string> Hashes);
}
