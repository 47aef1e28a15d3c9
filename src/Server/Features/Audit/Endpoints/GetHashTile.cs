using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Audit.Endpoints;

/// <summary>A tile of the ledger's hashes, as C2SP tlog-tiles has them. Hashes say nothing of what they are hashes of.</summary>
internal sealed class GetHashTile(EventLedger ledger) : Endpoint<GetHashTile.Request>
{
    private const int HighestLevel = 7;

    public sealed record Request
    {
        [RouteParam]
        public int Level { get; init; }

        [RouteParam]
        public string N { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Get("/api/v1/audit/ledger/tile/{level:int}/{**n}");
        this.Needs(Access.Audit);
        this.Streams("application/octet-stream");
        Summary(s => s.Summary = "A tile of the ledger's hashes");
    }

    public override async Task HandleAsync(Request request, CancellationToken ct)
    {
        var (level, n) = (request.Level, request.N);
        if (level is < 0 or > HighestLevel || Tiles.Parse(n) is not { } wanted)
        {
            throw Problem.Invalid("tile", "a level from 0 to 7 and a number such as 000 or x001/234, perhaps with .p/W", $"{level}/{n}");
        }

        var tile = await ledger.Tiles.Get(level, wanted.N, ct);
        var length = wanted.Width * MerkleTree.HashLength;
        await Send.ResultAsync(TileResult.Of(HttpContext,
            tile?.Length >= length ? tile[..length] : throw Problem.NotFound("tile", $"{level}/{n}")));
    }
}
