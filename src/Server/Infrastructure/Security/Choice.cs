using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Infrastructure.Security;

/// <summary>Checks what is chosen for a key or a user.</summary>
internal static class Choice
{
    /// <summary>Refuses an empty choice and words that are not known.</summary>
    public static void RequireSome(string field, IReadOnlyList<string> given, IReadOnlyList<string> known)
    {
        if (given.Count == 0 || given.Count > known.Count || given.Distinct().Count() < given.Count || !given.All(known.Contains))
        {
            throw Problem.Invalid(field, $"some of: {string.Join(", ", known)}, each once", string.Join(", ", given.Take(known.Count + 1)));
        }
    }

    /// <summary>The rate plan that is wanted. Only administrators of the server give another than the default.</summary>
    public static string Plan(string? wanted, Principal principal)
    {
        if (wanted is null || wanted == RatePlan.Default.Name)
        {
            return RatePlan.Default.Name;
        }

        if (RatePlan.All.All(plan => plan.Name != wanted))
        {
            throw Problem.Invalid("plan", $"one of: {string.Join(", ", RatePlan.All.Select(plan => plan.Name))}", wanted);
        }

        principal.RequireSystemAdministrator();
        return wanted;
    }
}
