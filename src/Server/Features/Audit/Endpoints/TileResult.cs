namespace EventSourcedAnomaly.Server.Features.Audit.Endpoints;

/// <summary>A tile as it is sent: it never changes.</summary>
internal static class TileResult
{
    public static IResult Of(HttpContext http, byte[] bytes)
    {
        http.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        return TypedResults.Bytes(bytes, "application/octet-stream");
    }
}
