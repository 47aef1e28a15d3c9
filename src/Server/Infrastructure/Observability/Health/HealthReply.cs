using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Http;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Health;

/// <summary>Answers 200, or 503 when the server cannot be used, with the same body.</summary>
internal static class HealthReply
{
    /// <summary>What the Platform and the Operations contract want, in one body.</summary>
    public static HealthAnswer<TData> United<TData>(HttpContext http, string status, Func<DateTimeOffset, TData> data)
        where TData : notnull
    {
        var exchange = ContractAnswer.ExchangeOf(http);
        return Plain(http, status, new HealthAnswer<TData>(
            status != HealthStatus.Unhealthy, status, BuildInfo.Current.Release, $"The service is {status}", exchange.Now,
            exchange.RequestId, data(exchange.Now)));
    }

    /// <summary>The body as it is.</summary>
    public static TBody Plain<TBody>(HttpContext http, string status, TBody body)
    {
        http.AnswerWith(new Http.Success(status == HealthStatus.Unhealthy
            ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK)
        { IsEnveloped = false });
        return body;
    }
}
