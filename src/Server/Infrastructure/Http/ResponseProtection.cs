namespace EventSourcedAnomaly.Server.Infrastructure.Http;

/// <summary>The headers by which a browser keeps an answer from being misused (OWASP's HTTP headers for REST and for pages).</summary>
internal static class ResponseProtection
{
    // Swagger UI and ReDoc style themselves in place; ReDoc searches in a worker that it makes of a blob.
    private const string PagePolicy = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        + "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
        + "frame-ancestors 'none'";

    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>Adds them to an answer that is about to start.</summary>
    /// <param name="state">The request.</param>
    public static Task Add(object state)
    {
        var http = (HttpContext)state;
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            headers.ContentSecurityPolicy = http.Response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true
                ? PagePolicy : DataPolicy;
        }

        // What answers a change may carry a secret, and is of no use a second time.
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method) && headers.CacheControl.Count == 0)
        {
            headers.CacheControl = "no-store";
        }

        return Task.CompletedTask;
    }
}
