using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.Users;

/// <summary>Checks what is said of a user.</summary>
internal static class UserFields
{
    private const int ShortestPassword = 8, MaxPasswordLength = 1024, MaxNameLength = 150, MaxEmailLength = 254;

    public static string Username(string given) =>
        given.Length is > 0 and <= MaxNameLength && given.Trim() == given && !given.Any(char.IsControl)
            ? given
            : throw Problem.Invalid("username", $"1 to {MaxNameLength} characters, without space at the ends");

    public static string Password(string given) =>
        given.Length is >= ShortestPassword and <= MaxPasswordLength
            ? given
            : throw Problem.Invalid("password", $"{ShortestPassword} to {MaxPasswordLength} characters");

    public static string Email(string given) =>
        given.Length <= MaxEmailLength && given.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < given.Length - 1 && !given.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))
            ? given
            : throw Problem.Invalid("email", "an e-mail address");
}
