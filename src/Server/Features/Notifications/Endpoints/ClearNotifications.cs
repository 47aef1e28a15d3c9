using EventSourcedAnomaly.Ledger.Database;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Notifications.Endpoints;

/// <summary>Takes all notifications out of the caller's sight; others still see them.</summary>
internal sealed class ClearNotifications(RecordedEventReader events, IGrainFactory grains) : EndpointWithoutRequest<Confirmation>
{
    public override void Configure()
    {
        Delete("/api/v1/notifications");
        this.Needs(Access.Self);
        this.Answers("All notifications cleared");
        Summary(s => s.Summary = "Clear the caller's notifications");
    }

    public override async Task<Confirmation> ExecuteAsync(CancellationToken ct)
    {
        var (http, principal) = (HttpContext, HttpContext.Principal());
        principal.RequireMayChangeItself();
        var reached = await events.HighWaterMark(ct);
        await grains.Of<IInboxGrain>(principal.Tenant, Inbox.StreamOf(principal.Id)).Clear(reached, ct);
        return new Confirmation("All notifications cleared");
    }
}
