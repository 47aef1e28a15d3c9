using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Http;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Health;

/// <summary>
/// An answer of <c>/health…</c>: documents 000 and 003 in one body.
/// </summary>
/// <param name="Success">Whether the server can be used.</param>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>.</param>
/// <param name="Version">The released version.</param>
/// <param name="Message">The same in words.</param>
/// <param name="Timestamp">The time of the answer.</param>
/// <param name="RequestId">The request's id.</param>
/// <param name="Data">The state, with whatever the path adds.</param>
internal sealed record HealthAnswer<TData>(
    bool Success, string Status, string Version, string Message, DateTimeOffset Timestamp, string RequestId, TData Data)
    where TData : notnull;

/// <summary>Answers 200, or 503 when the server cannot be used, with the same body.</summary>
internal static class HealthReply
{
    /// <summary>Documents 000 and 003 in one body.</summary>
    public static IResult United<TData>(HttpContext http, string status, Func<DateTimeOffset, TData> data)
        where TData : notnull
    {
        var exchange = Reply.ExchangeOf(http);
        return Plain(status, new HealthAnswer<TData>(
            status != HealthStatus.Unhealthy, status, BuildInfo.Current.Release, $"The service is {status}", exchange.Now, exchange.RequestId, data(exchange.Now)));
    }

    /// <summary>The body as it is.</summary>
    public static IResult Plain<TBody>(string status, TBody body) => Results.Json(
        body, Json.Options, statusCode: status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
}
