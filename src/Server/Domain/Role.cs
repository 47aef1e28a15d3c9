namespace EventSourcedAnomaly.Server.Domain;

/// <summary>What a caller may be, beside what its scopes allow.</summary>
public static class Role
{
    /// <summary>Everything within its tenant; in the system's own tenant, tenants and users too.</summary>
    public const string Admin = "admin";

    /// <summary>Builds and uses detectors.</summary>
    public const string Analyst = "analyst";

    /// <summary>Looks.</summary>
    public const string Viewer = "viewer";

    /// <summary>Reads the audit log and its proofs.</summary>
    public const string Auditor = "auditor";

    /// <summary>A program that uses detectors.</summary>
    public const string Service = "service";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All = [Admin, Analyst, Viewer, Auditor, Service];
}
