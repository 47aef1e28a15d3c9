using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;

namespace EventSourcedAnomaly.Server.Infrastructure.Http;

/// <summary>Writes answers in the form of the API contract that was asked; endpoints never know which one that is.</summary>
internal static class ContractAnswer
{
    /// <summary>What is not there now mostly is again by then.</summary>
    private static readonly TimeSpan RetryUnavailable = TimeSpan.FromSeconds(2);

    /// <summary>What the envelope says about this exchange.</summary>
    public static Exchange ExchangeOf(HttpContext http) => new(
        http.RequestId(),
        http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow(),
        Stopwatch.GetElapsedTime(http.StartedAt()),
        http.Request.Path.Value ?? "/");

    /// <summary>Writes a success: FastEndpoints' response serializer.</summary>
    public static async Task Write(HttpResponse response, object? data, string contentType, JsonSerializerContext? context,
        CancellationToken ct)
    {
        var http = response.HttpContext;
        var success = SuccessOf(http);
        if (success.Status != StatusCodes.Status200OK)
        {
            response.StatusCode = success.Status;
        }

        response.ContentType = "application/json";
        var body = success.IsEnveloped ? http.ApiContract().Success(data!, success.Message, ExchangeOf(http)) : data!;
        await JsonSerializer.SerializeAsync(response.BodyWriter, body, body.GetType(), Json.Options, ct);
    }

    /// <summary>Answers this request otherwise than its endpoint is configured to.</summary>
    public static void AnswerWith(this HttpContext http, Success success) => http.Features.Set(success);

    /// <summary>Writes a problem.</summary>
    public static async Task Write(HttpContext http, Problem problem)
    {
        var contract = http.Request.Headers.Accept.ToString().Contains("application/problem+json", StringComparison.OrdinalIgnoreCase)
            ? ApiContract.Enterprise
            : http.ApiContract();
        http.Response.StatusCode = contract.StatusOf(problem.Kind);
        http.Response.ContentType = contract.ErrorContentType;
        if (problem.Kind == ProblemKind.Unauthenticated)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
        }

        if ((problem.RetryAfter ?? (problem.Kind == ProblemKind.Unavailable ? RetryUnavailable : null)) is { } wait)
        {
            http.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(contract.Error(problem, ExchangeOf(http)), Json.Options);
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static Success SuccessOf(HttpContext http) =>
        http.Features.Get<Success>() ?? http.GetEndpoint()?.Metadata.GetMetadata<Success>() ?? Success.Default;
}
