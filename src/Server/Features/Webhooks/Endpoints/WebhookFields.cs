using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.Webhooks.Endpoints;

/// <summary>What the fields of a webhook may be.</summary>
internal static class WebhookFields
{
    private const int MaxUrlLength = 2048;

    /// <summary>Events in the caller's spelling, where there are any.</summary>
    public static void Events<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule) => rule.Custom((given, context) =>
    {
        if (given is not null && (given.Count == 0 || given.Any(name => name is null || EventNames.Find(name) is null)))
        {
            context.Refuse("events", $"some of: {string.Join(", ", EventNames.All)}",
                given.FirstOrDefault(name => name is null || EventNames.Find(name) is null));
        }
    });

    /// <summary>An address that may be posted to, as far as can be seen before it is connected to.</summary>
    public static string Url(string given, OutwardAddresses addresses)
    {
        if (given.Length > MaxUrlLength || !Uri.TryCreate(given, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")
            || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
        {
            throw Problem.Invalid("url", $"an http or https address of at most {MaxUrlLength} characters, without user name and fragment",
                given);
        }

        return addresses.PermitsHost(url.DnsSafeHost) ? given : throw Problem.Invalid("url", "an address of the public Internet", given);
    }

    /// <summary>Of two spellings of one event, the first.</summary>
    public static IReadOnlyList<string> Distinct(IReadOnlyList<string> events) => [.. events.DistinctBy(EventNames.Find)];
}
