using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Users.Endpoints;

/// <summary>Deletes a user: its sessions and keys open nothing from now on, its name is free.</summary>
internal sealed class DeleteUser(UserService service, UserQueries queries) : Endpoint<DeleteUser.Request, Confirmation>
{
    public sealed record Request
    {
        [RouteParam]
        public string UserId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Delete("/api/v1/users/{user_id}");
        this.Needs(Access.Administer);
        this.Answers("User deleted successfully");
        Summary(s => s.Summary = "Delete a user");
    }

    public override async Task<Confirmation> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, id) = (HttpContext, ResourceId.Canonical("user", request.UserId));
        if (http.Principal().Owner == id)
        {
            throw Problem.Conflict("Nobody deletes themselves.");
        }

        var (tenant, _) = await queries.Get(http.Principal(), id, http.RequestAborted);
        await service.Delete(tenant, id, http.RequestAborted);
        return new Confirmation("User deleted successfully");
    }
}
