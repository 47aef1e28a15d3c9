using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using Microsoft.AspNetCore.Http.Features;

namespace EventSourcedAnomaly.Server.Infrastructure.Http;

/// <summary>What is known of a request from its first moment.</summary>
internal interface IRequestContext
{
    string RequestId { get; }

    ApiContract ApiContract { get; }

    long StartedAt { get; }
}

/// <summary>Short ways to it.</summary>
internal static class RequestContextExtensions
{
    public static string RequestId(this HttpContext http) => http.Features.GetRequiredFeature<IRequestContext>().RequestId;

    public static ApiContract ApiContract(this HttpContext http) => http.Features.GetRequiredFeature<IRequestContext>().ApiContract;

    public static long StartedAt(this HttpContext http) => http.Features.GetRequiredFeature<IRequestContext>().StartedAt;
}
