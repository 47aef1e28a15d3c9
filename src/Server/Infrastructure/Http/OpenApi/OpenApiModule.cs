using System.Text;
using FastEndpoints;
using Microsoft.OpenApi;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;

/// <summary>The API's description and its two readers, under each of the contracts' roots.</summary>
internal static class OpenApiModule
{
    private static readonly string[] Roots = ["", "v1/", "api/v1/"];

    public static IServiceCollection AddOpenApiDocuments(this IServiceCollection services) => services
        .AddOpenApi(OpenApiDocuments.Name, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.CreateSchemaReferenceId = Schemas.NameOf;
            options.ShouldInclude = operation => operation.ActionDescriptor.EndpointMetadata.OfType<EndpointDefinition>().Any();
            options.AddDocumentTransformer<DocumentDescription>();
            options.AddOperationTransformer<OperationDescription>();
            options.AddSchemaTransformer<SchemaDescription>();
        })
        .AddSingleton<OpenApiDocuments>();

    /// <summary>Serves the readers; their scripts come from this server.</summary>
    public static void UseOpenApiReaders(this IApplicationBuilder app)
    {
        foreach (var root in Roots)
        {
            app.UseSwaggerUI(page =>
            {
                page.RoutePrefix = $"{root}docs";
                page.DocumentTitle = "EventSourcedAnomaly API";
                page.SwaggerEndpoint("../openapi.json", "EventSourcedAnomaly");
                page.EnableDeepLinking();
                page.EnablePersistAuthorization();
            });
            app.UseReDoc(page =>
            {
                page.RoutePrefix = $"{root}redoc";
                page.DocumentTitle = "EventSourcedAnomaly API";
                page.SpecUrl = "../openapi.json";
                page.IndexStream = () => new MemoryStream(Encoding.UTF8.GetBytes(RedocPage.Html));
                page.NativeScrollbars();
            });
        }
    }
}
