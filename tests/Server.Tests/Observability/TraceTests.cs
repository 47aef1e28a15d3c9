using System.Collections.Concurrent;
using System.Diagnostics;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Observability;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EventSourcedAnomaly.Server.Tests.Observability;

/// <summary>A request can be followed through traces and logs, and neither gives a credential away.</summary>
public sealed class TraceTests(ServerFixture server)
{
    private const string Grains = "Microsoft.Orleans.Application";

    [Fact]
    public async Task A_request_its_turn_and_its_append_are_one_trace_with_the_correlation_id()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Microsoft.AspNetCore" or "Microsoft.Orleans.Application"
                || source.Name.StartsWith("EventSourcedAnomaly", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var request = await Traced(ended);
        for (var attempt = 0; attempt < 20
            && !ended.Any(activity => activity.OperationName == "append" && activity.TraceId == request.TraceId); attempt++)
        {
            // Other tests run other silos of the same cluster for a while, and the grain may have been made on one of those.
            ended.Clear();
            request = await Traced(ended);
        }

        var call = Assert.Single(ended, activity => activity.Source.Name == Grains && activity.Kind == ActivityKind.Client
            && activity.TraceId == request.TraceId);
        var turn = Assert.Single(ended, activity => activity.Source.Name == Grains && activity.Kind == ActivityKind.Server
            && activity.TraceId == request.TraceId);
        var append = Assert.Single(ended, activity => activity.OperationName == "append" && activity.TraceId == request.TraceId);
        Assert.Equal(request.SpanId, call.ParentSpanId);
        Assert.Equal(call.SpanId, turn.ParentSpanId);
        Assert.Equal(turn.SpanId, append.ParentSpanId);
        Assert.Equal("trace-test", append.GetTagItem("correlation_id"));
        Assert.DoesNotContain(
            ended.Where(activity => activity.TraceId == request.TraceId).SelectMany(activity => activity.TagObjects),
            tag => tag.Value?.ToString()?.Contains(ServerFixture.AdminKey, StringComparison.Ordinal) is true);
    }

    private async Task<Activity> Traced(ConcurrentQueue<Activity> ended)
    {
        using var api = new ApiClient(new Uri(server.Address), null);
        api.Http.DefaultRequestHeaders.Add("X-Request-ID", "trace-test");
        await api.Post($"/api/v1/detectors?api_key={ServerFixture.AdminKey}", new { name = "Traced", algorithm = "IsolationForest" });
        Activity? request;
        while ((request = ended.FirstOrDefault(activity => activity.Source.Name == "Microsoft.AspNetCore"
            && activity.GetTagItem("correlation_id") is "trace-test")) is null)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        return request;
    }

    [Fact]
    public async Task The_access_log_has_the_correlation_id_and_never_the_query()
    {
        var logger = new RecordingLogger();
        var http = new DefaultHttpContext();
        http.Request.Method = "GET";
        http.Request.Path = "/api/v1/detectors";
        http.Request.QueryString = new QueryString("?api_key=secret");
        http.Features.Set<IRequestContext>(new Conversed());
        var observation = new RequestObservation(
            context =>
            {
                context.Response.StatusCode = 403;
                return Task.CompletedTask;
            },
            null!, logger);

        await observation.InvokeAsync(http);

        var line = Assert.Single(logger.Lines);
        Assert.StartsWith("GET /api/v1/detectors answered 403 in ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
        Assert.Equal(["correlation_id:req_1"], logger.Scopes);
    }

    private sealed class Conversed : IRequestContext
    {
        public string RequestId => "req_1";

        ApiContract IRequestContext.ApiContract => ApiContract.Platform;

        public long StartedAt => 0;
    }

    private sealed class RecordingLogger : ILogger<RequestObservation>
    {
        public List<string> Lines { get; } = [];

        public List<string?> Scopes { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            Scopes.Add(state.ToString());
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
