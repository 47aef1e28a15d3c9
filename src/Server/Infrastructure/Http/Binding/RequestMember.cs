using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.Binding;

/// <summary>Where a member of a request comes from, if not from its body.</summary>
internal enum RequestSource
{
    Route,
    Query,
    Header,

    /// <summary>The page of a list, which each contract asks for in its own query parameters.</summary>
    Page,
}

/// <summary>A member of a request that comes from its address or its headers.</summary>
/// <param name="Property">The member.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Name">Its name there.</param>
internal sealed record RequestMember(PropertyInfo Property, RequestSource Source, string Name)
{
    /// <summary>The type of the member, whether or not it may be absent.</summary>
    public Type Type => Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType;

    /// <summary>The members of a request that do not come from its body.</summary>
    public static IReadOnlyList<RequestMember> Of(Type request) =>
        [.. request.GetProperties()
            .Select(property => SourceOf(property) is { } source ? new RequestMember(property, source, NameOf(property)) : null)
                .OfType<RequestMember>()];

    /// <summary>Whether a request has members that come from its body.</summary>
    public static bool HasBody(Type request) => request != typeof(EmptyRequest) && Json.Options.GetTypeInfo(request) switch
    {
        { Kind: JsonTypeInfoKind.Object } info => info.Properties.Count > 0,
        _ => true,
    };

    /// <summary>Takes members that do not come from the body out of a type's JSON, so that no body can set them.</summary>
    public static void RemoveFromBody(JsonTypeInfo info)
    {
        for (var i = info.Properties.Count - 1; info.Kind == JsonTypeInfoKind.Object && i >= 0; i--)
        {
            if (info.Properties[i].AttributeProvider is PropertyInfo property && SourceOf(property) is not null)
            {
                info.Properties.RemoveAt(i);
            }
        }
    }

    /// <summary>Sets the member from the request, if the request has it.</summary>
    /// <exception cref="Domain.Problem">The parameter is not what was expected.</exception>
    public void Bind(HttpContext http, object request)
    {
        if (Read(http) is { } value)
        {
            Property.SetValue(request, value);
        }
    }

    private object? Read(HttpContext http) => Source switch
    {
        RequestSource.Page => Paging.Of(http, Property.GetCustomAttribute<PagedAttribute>()!.Size),
        RequestSource.Header => http.Request.Headers[Name].ToString() is { Length: > 0 } header ? header : null,
        RequestSource.Route => RouteValue(http.Request.RouteValues[Name] as string),
        _ when Type == typeof(string) => http.Text(Name),
        _ when Type == typeof(bool) => http.Text(Name) is null ? null : http.Flag(Name, otherwise: false),
        _ when Type == typeof(DateTimeOffset) => http.Time(Name),
        _ when Type == typeof(int) => http.WholeOrNull(Name, Minimum, Math.Min(Maximum, int.MaxValue)) is { } whole ? (int)whole : null,
        _ when Type == typeof(long) => http.WholeOrNull(Name, Minimum, Maximum),
        _ => throw new InvalidOperationException($"A query parameter cannot be a {Type}."),
    };

    private long Minimum =>
        Property.GetCustomAttribute<RangeAttribute>() is { } range
            ? Convert.ToInt64(range.Minimum, CultureInfo.InvariantCulture)
            : long.MinValue;

    private long Maximum =>
        Property.GetCustomAttribute<RangeAttribute>() is { } range
            ? Convert.ToInt64(range.Maximum, CultureInfo.InvariantCulture)
            : long.MaxValue;

    // A route's own constraint has seen to it that the text is a number.
    private object? RouteValue(string? text) =>
        text is null ? null
        : Type == typeof(long) ? long.Parse(text, CultureInfo.InvariantCulture)
        : Type == typeof(int) ? int.Parse(text, CultureInfo.InvariantCulture)
        : text;

    private static RequestSource? SourceOf(PropertyInfo property) =>
        property.IsDefined(typeof(RouteParamAttribute)) ? RequestSource.Route
        : property.IsDefined(typeof(QueryParamAttribute)) ? RequestSource.Query
        : property.IsDefined(typeof(FromHeaderAttribute)) ? RequestSource.Header
        : property.IsDefined(typeof(PagedAttribute)) ? RequestSource.Page
        : null;

    private static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<FromHeaderAttribute>()?.HeaderName
        ?? property.GetCustomAttribute<BindFromAttribute>()?.Name
        ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
}
