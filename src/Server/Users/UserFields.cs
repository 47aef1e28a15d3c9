using EventSourcedAnomaly.Server.Surfaces;

namespace EventSourcedAnomaly.Server.Users;

/// <summary>Checks what is said of a user.</summary>
internal static class UserFields
{
    private const int ShortestPassword = 8, LongestPassword = 1024, LongestName = 150, LongestEmail = 254;

    public static string Username(string given) =>
        given.Length is > 0 and <= LongestName && given.Trim() == given && !given.Any(char.IsControl)
            ? given
            : throw Problem.Invalid("username", $"1 to {LongestName} characters, without space at the ends");

    public static string Password(string given) =>
        given.Length is >= ShortestPassword and <= LongestPassword
            ? given
            : throw Problem.Invalid("password", $"{ShortestPassword} to {LongestPassword} characters");

    public static string Email(string given) =>
        given.Length <= LongestEmail && given.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < given.Length - 1 && !given.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))
            ? given
            : throw Problem.Invalid("email", "an e-mail address");
}
