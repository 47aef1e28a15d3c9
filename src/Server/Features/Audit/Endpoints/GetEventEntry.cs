using System.Text.Json;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Ledger.Database;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Audit.Endpoints;

/// <summary>An event as the ledger holds it: the line that its proof is a proof of.</summary>
internal sealed class GetEventEntry(RecordedEventReader reader) : Endpoint<GetEventEntry.Request, JsonElement>
{
    public sealed record Request
    {
        [RouteParam]
        public long Sequence { get; init; }
    }

    public override void Configure()
    {
        Get("/api/v1/audit/events/{sequence:long}/entry");
        this.Needs(Access.Audit);
        this.AnswersPlainly();
        Summary(s => s.Summary = "An event as the ledger holds it");
    }

    public override async Task HandleAsync(Request request, CancellationToken ct) =>
        await Send.ResultAsync(TypedResults.Bytes(ExportLine.Bytes(await AuditedEvent.Find(HttpContext, request.Sequence, reader)),
            "application/json"));
}
