using System.Text.Json;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.Binding;

/// <summary>
/// Reads a request: the body alone gives the members of the body, and a member marked with <see cref="RouteParamAttribute"/>, <see
/// cref="QueryParamAttribute"/>, <see cref="FromHeaderAttribute"/> or <see cref="PagedAttribute"/> comes from there alone. What does not
/// fit is refused by name, with what was expected.
/// </summary>
internal sealed class StrictBinder<TRequest> : IRequestBinder<TRequest>
    where TRequest : notnull
{
    private static readonly byte[] EmptyObject = "{}"u8.ToArray();
    private readonly IReadOnlyList<RequestMember> _members = RequestMember.Of(typeof(TRequest));
    private readonly bool _hasBody = RequestMember.HasBody(typeof(TRequest));

    /// <inheritdoc/>
    public async ValueTask<TRequest> BindAsync(BinderContext context, CancellationToken ct)
    {
        if (typeof(TRequest) == typeof(EmptyRequest))
        {
            return (TRequest)(object)EmptyRequest.Instance;
        }

        var http = context.HttpContext;
        var request = ReadsBody(http) ? await Body.Read<TRequest>(http) : JsonSerializer.Deserialize<TRequest>(EmptyObject, Json.Options)!;
        foreach (var member in _members)
        {
            member.Bind(http, request);
        }

        return request;
    }

    private bool ReadsBody(HttpContext http) =>
        _hasBody && !(http.GetEndpoint()?.Metadata.GetMetadata<OptionalBody>() is not null && Body.IsAbsent(http));
}
