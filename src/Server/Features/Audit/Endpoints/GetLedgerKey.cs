using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Audit.Endpoints;

/// <summary>The key that verifies the ledger's heads.</summary>
internal sealed class GetLedgerKey(EventLedger ledger) : EndpointWithoutRequest
{
    public override void Configure()
    {
        Get("/api/v1/audit/ledger/key");
        this.Needs(Access.Audit);
        this.Streams("text/plain");
        Summary(s => s.Summary = "The key that verifies the ledger's heads");
    }

    public override Task HandleAsync(CancellationToken ct) =>
        Send.ResultAsync(TypedResults.Text($"{ledger.Key}\n", "text/plain; charset=utf-8"));
}
