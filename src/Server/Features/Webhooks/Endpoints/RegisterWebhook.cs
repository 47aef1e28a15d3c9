using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Webhooks.Endpoints;

/// <summary>
/// Has events posted to an address: the Training contract's fields at the top, and the Platform contract's envelope around the same. A
/// secret that is not given is made, and shown this once.
/// </summary>
internal sealed class RegisterWebhook(IGrainFactory grains, WebhookQueries queries, WebhookSecrets secrets, OutwardAddresses addresses,
    TimeProvider time)
    : Endpoint<RegisterWebhook.Request, RegisterWebhook.Response>
{
    private const int MaxWebhooks = 100;
    private const string Message = "Webhook registered successfully";

    /// <param name="Url">Where to post.</param>
    /// <param name="Events">Which events, in either spelling.</param>
    /// <param name="Secret">What to sign with: any text, or <c>whsec_</c> and base64.</param>
    public sealed record Request(string Url, IReadOnlyList<string> Events, string? Secret = null);

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator() => RuleFor(r => r.Events).Events();
    }

    /// <param name="WebhookId">Its id.</param>
    /// <param name="Id">The same.</param>
    /// <param name="Url">Where events are posted.</param>
    /// <param name="Events">Which ones.</param>
    /// <param name="CreatedAt">When.</param>
    /// <param name="Status"><c>active</c>.</param>
    /// <param name="Secret">The secret that was made; null when it was given.</param>
    public record Registered(string WebhookId, string Id, string Url, IReadOnlyList<string> Events, DateTimeOffset CreatedAt, string Status,
        string? Secret);

    /// <summary>Both contracts' answer.</summary>
    public new sealed record Response(
        string WebhookId, string Id, string Url, IReadOnlyList<string> Events, DateTimeOffset CreatedAt, string Status, string? Secret,
        bool Success, Registered Data, string Message,
        DateTimeOffset Timestamp, string RequestId);

    public override void Configure()
    {
        Post("/api/v1/webhooks");
        this.Needs(Access.Build);
        this.Answers(StatusCodes.Status201Created, Message);
        Summary(s => s.Summary = "Have events posted to an address");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, tenant) = (HttpContext, HttpContext.Tenant());
        var wanted = new WebhookRegistered(
            ResourceId.New("webhook"), WebhookFields.Url(request.Url, addresses), WebhookFields.Distinct(request.Events), time.GetUtcNow());
        var given = request.Secret is null ? null : Signature.Check(request.Secret);
        if ((await queries.List(tenant, 1, 0, ct)).Total >= MaxWebhooks)
        {
            throw Problem.Conflict($"There are {MaxWebhooks} webhooks already; delete one first.");
        }

        var made = given is null ? Signature.Generate() : null;
        await secrets.Add(tenant, wanted.Id, given ?? made!, ct);
        await grains.Of<IWebhookGrain>(tenant, wanted.Id).Register(wanted, ct);
        var data = new Registered(wanted.Id, wanted.Id, wanted.Url, wanted.Events, wanted.RegisteredAt, "active", made);
        http.Locate($"/api/v1/webhooks/{wanted.Id}");
        return new Response(
            data.WebhookId, data.Id, data.Url, data.Events, data.CreatedAt, data.Status, data.Secret, true, data, Message, time.GetUtcNow(),
            http.RequestId());
    }
}
