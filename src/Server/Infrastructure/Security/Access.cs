using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Infrastructure.Security;

/// <summary>What a route demands of its caller. A route that states nothing is closed to everybody.</summary>
/// <param name="Scope"><c>read</c> or <c>write</c>; null where no credential is needed.</param>
/// <param name="Roles">The roles that it is for; administrators have all.</param>
internal sealed record Access(string? Scope, params IReadOnlyList<string> Roles)
{
    /// <summary>Open to all, and never limited: health, the API's description.</summary>
    public static readonly Access Free = new(Scope: null) { IsCounted = false };

    /// <summary>Open to all, limited by address.</summary>
    public static readonly Access Open = new(Scope: null);

    /// <summary>What concerns the caller itself.</summary>
    public static readonly Access Self = new(Scopes.Read, [.. Role.All]);

    /// <summary>Looking at the tenant's things.</summary>
    public static readonly Access Look = new(Scopes.Read, [.. Role.All]);

    /// <summary>Making, changing and deleting them.</summary>
    public static readonly Access Build = new(Scopes.Write, Role.Analyst);

    /// <summary>Having rows judged.</summary>
    public static readonly Access Detect = new(Scopes.Write, Role.Analyst, Role.Service) { IsDetection = true };

    /// <summary>Reading the log and its proofs.</summary>
    public static readonly Access Audit = new(Scopes.Read, Role.Auditor);

    /// <summary>Seeing how the tenant or the server is set up.</summary>
    public static readonly Access Inspect = new(Scopes.Read);

    /// <summary>Setting it up.</summary>
    public static readonly Access Administer = new(Scopes.Write);

    /// <summary>Seeing how the server itself is set up, as one of its own administrators.</summary>
    public static readonly Access InspectServer = new(Scopes.Read) { IsServerWide = true };

    /// <summary>Setting the server itself up, as one of its own administrators.</summary>
    public static readonly Access AdministerServer = new(Scopes.Write) { IsServerWide = true };

    /// <summary>Whether it needs no credential.</summary>
    public bool IsOpen => Scope is null;

    /// <summary>Whether a rate plan counts its requests.</summary>
    public bool IsCounted { get; init; } = true;

    /// <summary>Whether it is for administrators of the server alone.</summary>
    public bool IsServerWide { get; init; }

    /// <summary>Whether plans that count detections apart count it there.</summary>
    public bool IsDetection { get; init; }
}

/// <summary>What a credential may be used for at all.</summary>
internal static class Scopes
{
    public const string Read = "read";
    public const string Write = "write";

    /// <summary>Both.</summary>
    public static readonly IReadOnlyList<string> All = [Read, Write];
}
