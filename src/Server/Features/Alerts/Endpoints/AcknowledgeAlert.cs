using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Users;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.Alerts.Endpoints;

/// <summary>
/// Says that somebody looks after an alert. Whoever acknowledged first stays; a conflict when the alert is over. Who and what they say are
/// encrypted with the key of that person: of the user whose name it is, else of the name itself.
/// </summary>
internal sealed class AcknowledgeAlert(IGrainFactory grains, AlertQueries queries, SubjectKeys subjects, UserNames names)
    : Endpoint<AcknowledgeAlert.Request, AlertBody>
{
    private const int MaxNameLength = 254, MaxNotesLength = 4000;

    /// <param name="AcknowledgedBy">Who looks after it; the credential's owner unless told.</param>
    /// <param name="Notes">What they say.</param>
    public sealed record Request(string? AcknowledgedBy = null, string? Notes = null)
    {
        [RouteParam]
        public string AlertId { get; init; } = string.Empty;
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator()
        {
            RuleFor(r => r.AcknowledgedBy).NotBlank(MaxNameLength);
            RuleFor(r => r.Notes).NotBlank(MaxNotesLength).When(r => r.Notes is not "");
        }
    }

    public override void Configure()
    {
        Post("/api/v1/alerts/{alert_id}/acknowledge");
        this.Needs(Access.Build);
        this.Answers("Alert acknowledged");
        this.BodyIsOptional();
        Summary(s => s.Summary = "Say that somebody looks after an alert");
    }

    public override async Task<AlertBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, tenant, id) = (HttpContext, HttpContext.Tenant(), ResourceId.Canonical("alert", request.AlertId));
        var who = request.AcknowledgedBy ?? http.Principal().Actor;
        await queries.Get(tenant, id, ct);
        var subject = await SubjectOf(tenant, who, ct);
        var by = await subjects.Seal(tenant, subject, who, ct);
        var notes = request.Notes is { Length: > 0 } given ? await subjects.Seal(tenant, subject, given, ct) : null;
        await grains.Of<IAlertGrain>(tenant, id).Acknowledge(by, notes, ct);
        return await queries.Body(tenant, await queries.Get(tenant, id, ct), ct);
    }

    private async Task<string> SubjectOf(string tenant, string who, CancellationToken ct)
    {
        var hash = names.HashOf(who);
        return await names.Find(hash, ct) is { } user && user.Tenant == tenant ? user.UserId : $"person_{hash}";
    }
}
