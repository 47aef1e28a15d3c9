using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.Detectors;

/// <summary>What may be said of a detector beside its algorithm; absent fields are not looked at.</summary>
internal static class DetectorFields
{
    private const int MaxNameLength = 200, MaxDescriptionLength = 10_000, MaxTags = 50, MaxTagLength = 100;

    public static void DetectorName<T>(this IRuleBuilder<T, string?> rule) => rule.NotBlank(MaxNameLength);

    public static void Description<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(text => text is not { Length: > MaxDescriptionLength }).Expecting($"at most {MaxDescriptionLength} characters");

    public static void Tags<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule) => rule
        .Must(tags => tags is null || (tags.Count <= MaxTags && tags.All(tag => tag is { Length: > 0 and <= MaxTagLength })))
        .Expecting($"at most {MaxTags} strings of 1 to {MaxTagLength} characters");
}
