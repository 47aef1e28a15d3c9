using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Users.Endpoints;

/// <summary>Shows a user.</summary>
internal sealed class GetUser(UserQueries queries) : Endpoint<GetUser.Request, UserBody>
{
    public sealed record Request
    {
        [RouteParam]
        public string UserId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Get("/api/v1/users/{user_id}");
        this.Needs(Access.Inspect);
        Summary(s => s.Summary = "A user");
    }

    public override async Task<UserBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var id = ResourceId.Canonical("user", request.UserId);
        var (tenant, user) = await queries.Get(HttpContext.Principal(), id, ct);
        return await queries.Body(tenant, id, user, ct);
    }
}
