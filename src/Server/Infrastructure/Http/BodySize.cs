namespace EventSourcedAnomaly.Server.Infrastructure.Http;

/// <summary>How large a body may be, in bytes.</summary>
internal static class BodySize
{
    /// <summary>What carries a credential and little else, and is open to everybody.</summary>
    public const long SignIn = 16 << 10;

    /// <summary>What configures something.</summary>
    public const long Default = 1 << 20;

    /// <summary>What carries rows or measurements.</summary>
    public const long Data = 64L << 20;

    /// <summary>The limit of the endpoint that a request has reached.</summary>
    public static long LimitOf(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>()?.Bytes ?? Default;

    /// <summary>A size for people.</summary>
    public static string Spell(long bytes) => bytes < 1 << 20 ? $"{bytes >> 10} KiB" : $"{bytes >> 20} MiB";
}

/// <summary>
/// The largest body that an endpoint takes. Not the web server's own limit, which closes the connection on whoever still sends: such a
/// client would never read why.
/// </summary>
/// <param name="Bytes">In bytes.</param>
internal sealed record BodyLimit(long Bytes);
