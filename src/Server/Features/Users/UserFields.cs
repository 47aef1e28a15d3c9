using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.Users;

/// <summary>What may be said of a user; absent fields are not looked at.</summary>
internal static class UserFields
{
    private const int MinPasswordLength = 8, MaxPasswordLength = 1024, MaxNameLength = 150, MaxEmailLength = 254;

    public static void Username<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(name => name is null || (name.Length is > 0 and <= MaxNameLength && name.Trim() == name && !name.Any(char.IsControl)))
        .Expecting($"1 to {MaxNameLength} characters, without space at the ends");

    public static void Password<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(password => password is null or { Length: >= MinPasswordLength and <= MaxPasswordLength })
        .Expecting($"{MinPasswordLength} to {MaxPasswordLength} characters");

    public static void Email<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(email => email is null || IsEmail(email)).Expecting("an e-mail address");

    public static void Roles<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule) => rule.Custom((roles, context) =>
    {
        if (roles is not null && (roles.Count == 0 || roles.Any(role => !Role.All.Contains(role))))
        {
            context.Refuse("roles", $"some of: {string.Join(", ", Role.All)}", string.Join(", ", roles));
        }
    });

    private static bool IsEmail(string text) =>
        text.Length <= MaxEmailLength && text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1
        && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));
}
