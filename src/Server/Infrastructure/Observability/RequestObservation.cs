using System.Diagnostics;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Observability.Metrics;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using Microsoft.AspNetCore.Http.Features;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability;

/// <summary>
/// Stands around every request: what came of it goes to the access log, to the trace, to ASP.NET Core's own metrics as a label
/// with the contract, and to the tenant's statistics. The query, which may hold a credential, goes nowhere.
/// </summary>
internal sealed partial class RequestObservation(RequestDelegate next, RequestStatistics statistics, ILogger<RequestObservation> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await next(http);
        }
        finally
        {
            if (http.Features.Get<IRequestContext>() is { } conversation)
            {
                Note(http, conversation, Stopwatch.GetElapsedTime(started));
            }
        }
    }

    private void Note(HttpContext http, IRequestContext conversation, TimeSpan took)
    {
        var status = http.Response.StatusCode;
        http.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new("surface", conversation.ApiContract.Name));
        if (Activity.Current is { } activity)
        {
            activity.SetTag("correlation_id", conversation.RequestId);
            activity.SetTag("esa.surface", conversation.ApiContract.Name);
        }

        // A feed lasts as long as its reader likes; its duration is no latency.
        var feed = http.WebSockets.IsWebSocketRequest || http.Response.ContentType is "text/event-stream";
        if (!feed && http.Features.Get<Principal>() is { } principal)
        {
            statistics.Count(principal.Tenant, status, took);
        }

        Log(http, conversation, status, took);
    }

    private void Log(HttpContext http, IRequestContext conversation, int status, TimeSpan took)
    {
        var level = status >= StatusCodes.Status400BadRequest ? LogLevel.Information : LogLevel.Debug;
        if (!logger.IsEnabled(level))
        {
            return;
        }

        using var scope = logger.BeginScope("correlation_id:{correlation_id}", conversation.RequestId);
        LogAnswered(level, http.Request.Method, http.Request.Path.Value
            ?? "/", status, Math.Round(took.TotalMilliseconds, 3), http.Features.Get<Principal>()?.Actor ?? "nobody");
    }

    [LoggerMessage(Message = "{Method} {Path} answered {Status} in {Milliseconds} ms to {Actor}")]
    private partial void LogAnswered(LogLevel level, string method, string path, int status, double milliseconds, string actor);
}
