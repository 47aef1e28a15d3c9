using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using Wolverine;

namespace EventSourcedAnomaly.Server.Features.Audit.Endpoints;

/// <summary>Makes a projection anew beside the live one, compares and swaps.</summary>
internal sealed class RebuildProjection(ProjectionRebuild rebuild, Progressions progressions, IMessageBus bus)
    : Endpoint<RebuildProjection.Request, RebuildProjection.Response>
{
    public sealed record Request
    {
        [RouteParam]
        public string Name { get; init; } = string.Empty;
    }

    public new sealed record Response(string Name, string Status);

    public override void Configure()
    {
        Post("/api/v1/audit/projections/{name}/rebuild");
        this.Needs(Access.AdministerServer);
        this.Answers(StatusCodes.Status202Accepted, "Rebuild requested");
        Summary(s => s.Summary = "Make a projection anew, compare and swap");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var name = request.Name;
        if (!rebuild.Names.Contains(name))
        {
            throw progressions.Names.Contains(name)
                ? Problem.Conflict($"{name} has no tables of its own to rebuild.")
                : Problem.NotFound("projection", name);
        }

        await bus.PublishAsync(new RunProjectionRebuild(await rebuild.Request(name, ct), name));
        HttpContext.Locate("/api/v1/audit/projections");
        return new Response(name, "queued");
    }
}
