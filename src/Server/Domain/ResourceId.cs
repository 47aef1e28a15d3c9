namespace EventSourcedAnomaly.Server.Domain;

/// <summary>Ids are a prefix and the 32 hex digits of a UUIDv7; a plain UUID is taken where a contract says uuid.</summary>
internal static class ResourceId
{
    /// <summary>A fresh id.</summary>
    public static string New(string prefix) => $"{prefix}_{Guid.CreateVersion7():N}";

    /// <summary>The id that a caller's spelling stands for.</summary>
    public static string Canonical(string prefix, string given) =>
        Guid.TryParse(given, out var uuid) ? $"{prefix}_{uuid:N}" : given;
}
