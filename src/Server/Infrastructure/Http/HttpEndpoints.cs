using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EventSourcedAnomaly.Server.Infrastructure.Http;

/// <summary>Sets FastEndpoints up for the product: strict binding, the API contracts' answers and errors.</summary>
internal static class HttpEndpoints
{
    /// <summary>Finds every endpoint and validator of the product.</summary>
    public static IServiceCollection AddHttpEndpoints(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json => Json.Configure(json.SerializerOptions));
        services.AddFastEndpoints(discovery =>
        {
            discovery.DisableAutoDiscovery = true;
            discovery.Assemblies = [typeof(HttpEndpoints).Assembly];
        });
        return services.Replace(ServiceDescriptor.Singleton(typeof(IRequestBinder<>), typeof(StrictBinder<>)));
    }

    /// <summary>Maps every endpoint of the product.</summary>
    public static void MapHttpEndpoints(this IEndpointRouteBuilder routes)
    {
        var product = routes.MapGroup(string.Empty);
        product.MapFastEndpoints(config =>
        {
            config.Serializer.ResponseSerializer = ContractAnswer.Write;
            config.Endpoints.Configurator = endpoint =>
            {
                // What goes wrong leaves by one door, the middleware that knows the contract of the path.
                endpoint.DontCatchExceptions();
                // The binder decides about content types, and the contract describes the answers.
                endpoint.Description(_ => { }, clearDefaults: true);
            };
        });
        ((IEndpointConventionBuilder)product).Finally(CloseForeignRoute);
    }

    // FastEndpoints adds a path that lists all others, for its own test client; the product has no such path.
    private static void CloseForeignRoute(EndpointBuilder endpoint)
    {
        if (!endpoint.Metadata.OfType<EndpointDefinition>().Any())
        {
            endpoint.Metadata.Add(Access.Open);
            endpoint.RequestDelegate = http =>
            {
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            };
        }
    }
}
