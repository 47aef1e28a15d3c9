using System.Globalization;
using EventSourcedAnomaly.Ledger.Database;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Audit.Endpoints;

/// <summary>A <c>.tlog-proof</c> file for one of the tenant's own events.</summary>
internal sealed class ProveEvent(EventLedger ledger, RecordedEventReader reader) : Endpoint<ProveEvent.Request>
{
    public sealed record Request
    {
        [RouteParam]
        public long Sequence { get; init; }
    }

    public override void Configure()
    {
        Get("/api/v1/audit/events/{sequence:long}/proof");
        this.Needs(Access.Audit);
        this.Streams("text/plain");
        Summary(s => s.Summary = "A proof that an event is in the ledger");
    }

    public override async Task HandleAsync(Request request, CancellationToken ct)
    {
        var sequence = request.Sequence;
        await AuditedEvent.Find(HttpContext, sequence, reader);
        var proof = await ledger.Prove(sequence, ct);
        HttpContext.Response.Headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture,
            $"attachment; filename=\"{sequence}.tlog-proof\"");
        await Send.ResultAsync(TypedResults.Text(proof.ToString(), "text/plain; charset=utf-8"));
    }
}
