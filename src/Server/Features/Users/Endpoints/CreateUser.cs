using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Users.Endpoints;

/// <summary>Creates a user: an administrator for its tenant, one of the server for any.</summary>
internal sealed class CreateUser(UserService service, UserQueries queries, TenantQueries tenants) : Endpoint<CreateUser.Request, UserBody>
{
    public sealed record Request(
        string Username, string Password, string? Email = null, IReadOnlyList<string>? Roles = null, string? TenantId = null,
        string? Plan = null);

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator()
        {
            RuleFor(r => r.Roles).Roles();
            RuleFor(r => r.Username).Username();
            RuleFor(r => r.Email).Email();
            RuleFor(r => r.Password).Password();
        }
    }

    public override void Configure()
    {
        Post("/api/v1/users");
        this.Needs(Access.Administer);
        this.Answers(StatusCodes.Status201Created, "User created successfully");
        Summary(s => s.Summary = "Create a user");
    }

    public override async Task<UserBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, principal) = (HttpContext, HttpContext.Principal());
        var tenant = await tenants.OwnOrOther(principal, request.TenantId, http.RequestAborted);
        var wanted = new UserRegistration(request.Username, request.Email, request.Password, request.Roles ?? [Role.Analyst],
            Choice.Plan(request.Plan, principal));
        var (id, user) = await service.Create(tenant, wanted, http.RequestAborted);
        http.Locate($"/api/v1/users/{id}");
        return await queries.Body(tenant, id, user, http.RequestAborted);
    }
}
