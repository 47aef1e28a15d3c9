using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>What a webhook may be.</summary>
internal static class WebhookCheck
{
    private const int MaxUrlLength = 2048;

    /// <summary>An address that may be posted to, as far as can be seen before it is connected to.</summary>
    public static string Url(string given, OutwardAddresses addresses)
    {
        if (given.Length > MaxUrlLength || !Uri.TryCreate(given, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
        {
            throw Problem.Invalid("url", $"an http or https address of at most {MaxUrlLength} characters, without user name and fragment", given);
        }

        return addresses.PermitsHost(url.DnsSafeHost) ? given : throw Problem.Invalid("url", "an address of the public Internet", given);
    }

    /// <summary>Events in the caller's spelling; of two spellings of one, the first.</summary>
    public static IReadOnlyList<string> Events(IReadOnlyList<string> given)
    {
        if (given.Count == 0 || given.FirstOrDefault(name => name is null || EventNames.Find(name) is null) is { } || given.Contains(null!))
        {
            throw Problem.Invalid("events", $"some of: {string.Join(", ", EventNames.All)}", given.FirstOrDefault(name => name is null || EventNames.Find(name) is null));
        }

        return [.. given.DistinctBy(EventNames.Find)];
    }
}

/// <summary>
/// <c>POST /api/v1/webhooks</c> (000, 004): document 004's fields at the top, and document 000's envelope around the same. A secret that
/// is not given is made, and shown this once.
/// </summary>
internal static class RegisterWebhook
{
    private const int MaxWebhooks = 100;

    /// <param name="Url">Where to post.</param>
    /// <param name="Events">Which events, in either spelling.</param>
    /// <param name="Secret">What to sign with: any text, or <c>whsec_</c> and base64.</param>
    public sealed record Request(string Url, IReadOnlyList<string> Events, string? Secret = null);

    /// <param name="WebhookId">Its id.</param>
    /// <param name="Url">Where events are posted.</param>
    /// <param name="Events">Which ones.</param>
    /// <param name="CreatedAt">When.</param>
    /// <param name="Status"><c>active</c>.</param>
    /// <param name="Secret">The secret that was made; null when it was given.</param>
    public record Registered(string WebhookId, string Id, string Url, IReadOnlyList<string> Events, DateTimeOffset CreatedAt, string Status, string? Secret);

    /// <summary>Both documents' answer.</summary>
    public sealed record Response(
        string WebhookId, string Id, string Url, IReadOnlyList<string> Events, DateTimeOffset CreatedAt, string Status, string? Secret, bool Success, Registered Data, string Message,
        DateTimeOffset Timestamp, string RequestId);

    public static async Task<IResult> Handle(HttpContext http, Silo silo, WebhookQueries queries, WebhookSecrets secrets, OutwardAddresses addresses, TimeProvider time)
    {
        var request = await Body.Read<Request>(http);
        var (tenant, ct) = (http.Tenant(), http.RequestAborted);
        var wanted = new WebhookRegistered(ResourceId.New("webhook"), WebhookCheck.Url(request.Url, addresses), WebhookCheck.Events(request.Events), time.GetUtcNow());
        var given = request.Secret is null ? null : Signature.Check(request.Secret);
        if ((await queries.List(tenant, 1, 0, ct)).Total >= MaxWebhooks)
        {
            throw Problem.Conflict($"There are {MaxWebhooks} webhooks already; delete one first.");
        }

        var made = given is null ? Signature.Generate() : null;
        await secrets.Add(tenant, wanted.Id, given ?? made!, ct);
        await silo.Grain<WebhookGrain>(tenant, wanted.Id).Call((grain, token) => grain.Register(wanted, http.EventMetadata(), token), ct);
        var data = new Registered(wanted.Id, wanted.Id, wanted.Url, wanted.Events, wanted.RegisteredAt, "active", made);
        const string Message = "Webhook registered successfully";
        return Reply.Created(
            $"/api/v1/webhooks/{wanted.Id}",
            new Response(
                data.WebhookId, data.Id, data.Url, data.Events, data.CreatedAt, data.Status, data.Secret, true, data, Message, time.GetUtcNow(), http.RequestId()),
            Message);
    }
}
