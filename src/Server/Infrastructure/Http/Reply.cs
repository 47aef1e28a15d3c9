using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using Microsoft.Net.Http.Headers;

namespace EventSourcedAnomaly.Server.Infrastructure.Http;

/// <summary>An answer that only confirms.</summary>
internal sealed record Confirmation(string Message);

/// <summary>Answers in the form of the surface that was asked.</summary>
internal static class Reply
{
    /// <summary>200.</summary>
    public static IResult Ok(object data, string message = "Operation completed successfully") => new ContractResult(StatusCodes.Status200OK, data, message);

    /// <summary>201 with the place of what was made.</summary>
    public static IResult Created(string location, object data, string message) => new ContractResult(StatusCodes.Status201Created, data, message, location);

    /// <summary>202 with the place where the work reports.</summary>
    public static IResult Accepted(string location, object data, string message) => new ContractResult(StatusCodes.Status202Accepted, data, message, location);

    /// <summary>What the envelope says about this exchange.</summary>
    public static Exchange ExchangeOf(HttpContext http) => new(
        http.RequestId(),
        http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow(),
        Stopwatch.GetElapsedTime(http.StartedAt()),
        http.Request.Path.Value ?? "/");

    /// <summary>Answers with a problem.</summary>
    public static async Task Problem(HttpContext http, Problem problem)
    {
        var surface = http.Request.Headers.Accept.ToString().Contains("application/problem+json", StringComparison.OrdinalIgnoreCase)
            ? ApiContract.Enterprise
            : http.ApiContract();
        http.Response.StatusCode = surface.StatusOf(problem);
        http.Response.ContentType = surface.ErrorContentType;
        if (problem.Kind == ProblemKind.Unauthenticated)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
        }

        if (problem.RetryAfter is { } wait)
        {
            http.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(surface.Error(problem, ExchangeOf(http)), Json.Options);
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    private sealed class ContractResult(int status, object data, string message, string? location = null) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status;
            if (location is not null)
            {
                response.Headers[HeaderNames.Location] = location;
            }

            response.ContentType = "application/json";
            var body = httpContext.ApiContract().Success(data, message, ExchangeOf(httpContext));
            await JsonSerializer.SerializeAsync(response.BodyWriter, body, body.GetType(), Json.Options, httpContext.RequestAborted);
        }
    }
}
