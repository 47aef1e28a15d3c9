using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using Microsoft.AspNetCore.Mvc;

namespace EventSourcedAnomaly.Server.Infrastructure.Http;

/// <summary>What an endpoint's <c>Configure()</c> says beyond FastEndpoints' own words.</summary>
internal static class EndpointConfiguration
{
    /// <summary>Whom the operation is for. An endpoint that does not say is closed to everybody.</summary>
    public static void Needs(this BaseEndpoint endpoint, Access access)
    {
        // The product's own middleware decides; it has run before the endpoint is reached.
        endpoint.Definition.AllowAnonymous(Array.Empty<FastEndpoints.Http>());
        endpoint.Definition.Options(route => route.WithMetadata(access));
    }

    /// <summary>The largest body that the endpoint takes, where it is another than <see cref="BodySize.Default"/>.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="maxBodySize">In bytes.</param>
    public static void TakesAtMost(this BaseEndpoint endpoint, long maxBodySize) =>
        endpoint.Definition.Options(route => route.WithMetadata(new BodyLimit(maxBodySize)));

    /// <summary>The status of a success and its message.</summary>
    public static void Answers(this BaseEndpoint endpoint, int status, string message) =>
        endpoint.Definition.Options(route => route.WithMetadata(new Success(status, message)));

    /// <summary>The message of a success.</summary>
    public static void Answers(this BaseEndpoint endpoint, string message) => endpoint.Answers(StatusCodes.Status200OK, message);

    /// <summary>The answer is sent as it is, without the contract's envelope.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="orUnavailable">Whether the same body may come with 503.</param>
    public static void AnswersPlainly(this BaseEndpoint endpoint, bool orUnavailable = false) =>
        endpoint.Definition.Options(route => route.WithMetadata(new Success { IsEnveloped = false, OrUnavailable = orUnavailable }));

    /// <summary>The endpoint writes its answer itself.</summary>
    public static void Streams(this BaseEndpoint endpoint, params string[] contentTypes)
    {
        endpoint.Definition.DontAutoSendResponse();
        endpoint.Definition.Options(route => route.WithMetadata(new Success { ContentTypes = contentTypes }));
    }

    /// <summary>
    /// The endpoint reads a multipart form in a stream, whatever its size: it has a limit of its own, and says so in its own words.
    /// </summary>
    /// <typeparam name="TForm">The type whose members are the form's fields.</typeparam>
    public static void ReadsForm<TForm>(this BaseEndpoint endpoint) => endpoint.Definition.Options(
        route => route.WithMetadata(new StreamedBody("multipart/form-data", typeof(TForm)), new DisableRequestSizeLimitAttribute()));

    /// <summary>The request may come without a body, which then has its defaults.</summary>
    public static void BodyIsOptional(this BaseEndpoint endpoint) =>
        endpoint.Definition.Options(route => route.WithMetadata(new OptionalBody()));

    /// <summary>Names the place of what was made, or where work that goes on reports.</summary>
    public static void Locate(this HttpContext http, string location) => http.Response.Headers.Location = location;
}

/// <summary>Marks an operation whose request may come without a body.</summary>
internal sealed record OptionalBody;
