using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Audit.Endpoints;

/// <summary>A tile of the ledger's entries, as C2SP tlog-tiles has them; for the server's own auditors.</summary>
internal sealed class GetEntryTile(EventLedger ledger) : Endpoint<GetEntryTile.Request>
{
    public sealed record Request
    {
        [RouteParam]
        public string N { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Get("/api/v1/audit/ledger/tile/entries/{**n}");
        this.Needs(Access.Audit);
        this.Streams("application/octet-stream");
        Summary(s => s.Summary = "A tile of the ledger's entries");
    }

    public override async Task HandleAsync(Request request, CancellationToken ct)
    {
        if (HttpContext.Tenant() != Principal.SystemTenant)
        {
            throw new Problem(ProblemKind.Forbidden, "Entry tiles hold the events of every tenant; they are for auditors of the server.");
        }

        var n = request.N;
        var wanted = Tiles.Parse(n) ?? throw Problem.Invalid("tile", "a number such as 000 or x001/234, perhaps with .p/W", n);
        await Send.ResultAsync(TileResult.Of(HttpContext,
            await ledger.Entries(wanted.N, wanted.Width, ct) ?? throw Problem.NotFound("tile", n)));
    }
}
