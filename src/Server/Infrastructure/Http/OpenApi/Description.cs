using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;

/// <summary>What an endpoint does, takes and gives, for the API's description.</summary>
/// <param name="Summary">What it does, in a few words.</param>
/// <param name="Request">The body that it reads; null for none.</param>
/// <param name="Response">What it answers with, within its surface's envelope.</param>
internal sealed record Description(string Summary, Type? Request, Type Response)
{
    /// <summary>The status of a success.</summary>
    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>The content type of the request's body.</summary>
    public string RequestType { get; init; } = "application/json";

    /// <summary>The content types of a success.</summary>
    public IReadOnlyList<string> ResponseTypes { get; init; } = ["application/json"];

    /// <summary>Whether the same body may come with 503.</summary>
    public bool OrUnavailable { get; init; }

    /// <summary>Whether the surface puts its envelope around the response.</summary>
    public bool Enveloped { get; init; } = true;
}

/// <summary>A query parameter or header that an endpoint reads.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">How it is read.</param>
/// <param name="Text">What it means.</param>
internal sealed record RequestParameter(string Name, RequestParameterType Type, string Text)
{
    /// <summary>The words it may be; empty for any.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Whether it is a header.</summary>
    public bool InHeader { get; init; }
}

/// <summary>How a parameter is read.</summary>
internal enum RequestParameterType
{
    Text,
    Whole,
    Flag,
    Time,
}

/// <summary>Says of an endpoint what the API's description should tell.</summary>
internal static class DescriptionExtensions
{
    /// <summary>An endpoint without a body.</summary>
    public static RouteHandlerBuilder Describes<TResponse>(
        this RouteHandlerBuilder route, string summary, int status = StatusCodes.Status200OK, bool enveloped = true, params string[] contentTypes) =>
        route.WithMetadata(new Description(summary, null, typeof(TResponse))
        {
            Status = status, Enveloped = enveloped, ResponseTypes = contentTypes is [] ? ["application/json"] : contentTypes,
        });

    /// <summary>An endpoint about the server's own state: open to all, and 503 with the same body when the state is bad.</summary>
    public static RouteHandlerBuilder DescribesHealth<TResponse>(this RouteHandlerBuilder route, string summary) => route
        .Needs(Access.Free).WithMetadata(new Description(summary, null, typeof(TResponse)) { Enveloped = false, OrUnavailable = true });

    /// <summary>An endpoint with a body.</summary>
    public static RouteHandlerBuilder Describes<TRequest, TResponse>(
        this RouteHandlerBuilder route, string summary, int status = StatusCodes.Status200OK, string requestType = "application/json") =>
        route.WithMetadata(new Description(summary, typeof(TRequest), typeof(TResponse)) { Status = status, RequestType = requestType });

    /// <summary>A query parameter.</summary>
    public static RouteHandlerBuilder Query(
        this RouteHandlerBuilder route, string name, string text, RequestParameterType type = RequestParameterType.Text, params string[] choices) =>
        route.WithMetadata(new RequestParameter(name, type, text) { Choices = choices });

    /// <summary>A header.</summary>
    public static RouteHandlerBuilder Header(this RouteHandlerBuilder route, string name, string text) =>
        route.WithMetadata(new RequestParameter(name, RequestParameterType.Text, text) { InHeader = true });

    /// <summary><c>start_time</c> and <c>end_time</c>.</summary>
    public static RouteHandlerBuilder QueryTimes(this RouteHandlerBuilder route) => route
        .Query("start_time", "The beginning of the time range.", RequestParameterType.Time)
        .Query("end_time", "The end of the time range.", RequestParameterType.Time);

    /// <summary>The page of a list, in the terms of the path's document.</summary>
    public static RouteHandlerBuilder QueryPage(this RouteHandlerBuilder route) => route.WithMetadata(new Paged());
}

/// <summary>Marks a list that is read by pages.</summary>
internal sealed class Paged;
