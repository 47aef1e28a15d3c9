using System.Diagnostics;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Http;

/// <summary>
/// The outermost step of every request: its id, which is echoed and becomes the correlation id of every event it causes; the
/// API contract of its path; and the words for whatever goes wrong further in.
/// </summary>
internal sealed partial class RequestContextMiddleware(RequestDelegate next, ILogger<RequestContextMiddleware> logger)
{
    private const int MaxRequestIdLength = 128;

    public async Task InvokeAsync(HttpContext http)
    {
        var started = Stopwatch.GetTimestamp();
        var id = RequestIdOf(http);
        http.Features.Set<IRequestContext>(new Metadata(id, ApiContract.Of(http.Request.Path), started));
        http.Response.Headers["X-Request-ID"] = id;
        http.Response.OnStarting(ResponseProtection.Add, http);
        using var scope = logger.BeginScope("correlation_id:{correlation_id}", id);
        try
        {
            await next(http);
            await DescribeEmptyResponse(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception e)
        {
            await Explain(http, e);
        }
    }

    // A route that does not exist answers without a body; every contract promises one.
    private static Task DescribeEmptyResponse(HttpContext http) => http.Response switch
    {
        { HasStarted: true } => Task.CompletedTask,
        { StatusCode: StatusCodes.Status404NotFound, ContentType: null } =>
            ContractAnswer.Write(http,
                new Problem(ProblemKind.NotFound, $"There is nothing at {http.Request.Method} {http.Request.Path}.")),
        { StatusCode: StatusCodes.Status405MethodNotAllowed, ContentType: null } => ContractAnswer.Write(
            http, new Problem(ProblemKind.MethodNotAllowed,
                $"{http.Request.Path} does not take {http.Request.Method}; it takes {http.Response.Headers.Allow}.")),
        { StatusCode: StatusCodes.Status415UnsupportedMediaType, ContentType: null } =>
            ContractAnswer.Write(http,
                new Problem(ProblemKind.UnsupportedMediaType, "The content type of the body is not one that this path takes.",
                    "Content-Type")),
        _ => Task.CompletedTask,
    };

    private async Task Explain(HttpContext http, Exception e)
    {
        var problem = AsProblem(e);
        if (problem.Kind is ProblemKind.Internal or ProblemKind.Unavailable or ProblemKind.NoRoom)
        {
            LogFailed(e, http.Request.Method, http.Request.Path);
        }

        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        http.Response.Clear();
        http.Response.Headers["X-Request-ID"] = http.RequestId();
        await ContractAnswer.Write(http, problem);
    }

    private static Problem AsProblem(Exception e) => e switch
    {
        Problem problem => problem,
        ValidationFailureException invalid => Validation.AsProblem(invalid),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            new Problem(ProblemKind.TooLarge, "The body is larger than this path takes."),
        BadHttpRequestException bad => new Problem(ProblemKind.Unreadable, bad.Message),
        Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.DiskFull } =>
            new Problem(ProblemKind.NoRoom, "The disk of the database is full; nothing of this was stored."),
        _ when TransientFailure.Is(e) =>
            new Problem(ProblemKind.Unavailable, "The service is overloaded or its database cannot be reached; try again shortly."),
        _ => new Problem(ProblemKind.Internal, "Something went wrong on the server; the request id leads to it in the server's log."),
    };

    private static string RequestIdOf(HttpContext http)
    {
        var given = http.Request.Headers["X-Request-ID"].ToString();
        return given.Length is > 0 and <= MaxRequestIdLength && given.All(c => c is > ' ' and < '\x7f')
            ? given
            : $"req_{Guid.CreateVersion7():N}";
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void LogFailed(Exception exception, string method, PathString path);

    private sealed record Metadata(string RequestId, ApiContract ApiContract, long StartedAt) : IRequestContext;
}
