using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Audit.Endpoints;

/// <summary>The signed tree head over every event so far.</summary>
internal sealed class GetCheckpoint(EventLedger ledger, HighWaterMark mark) : EndpointWithoutRequest
{
    public override void Configure()
    {
        Get("/api/v1/audit/ledger/checkpoint");
        this.Needs(Access.Audit);
        this.Streams("text/plain");
        Summary(s => s.Summary = "The signed head of the ledger");
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        var (_, note) = await ledger.Current(mark.Sequence, ct);
        HttpContext.Response.Headers.CacheControl = "no-cache";
        await Send.ResultAsync(TypedResults.Text(note, "text/plain; charset=utf-8"));
    }
}
