using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Users.Endpoints;

/// <summary>Changes a user: what is named is replaced, what is not stays. A new password ends every session.</summary>
internal sealed class ChangeUser(UserService service, UserQueries queries) : Endpoint<ChangeUser.Request, UserBody>
{
    public sealed record Request(
        string? Username = null, string? Password = null, string? Email = null, IReadOnlyList<string>? Roles = null,
        string? TenantId = null, string? Plan = null)
    {
        [RouteParam]
        public string UserId { get; init; } = string.Empty;
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator()
        {
            RuleFor(r => r.Roles).Roles();
            RuleFor(r => r.Email).Email();
            RuleFor(r => r.Password).Password();
        }
    }

    public override void Configure()
    {
        Put("/api/v1/users/{user_id}");
        this.Needs(Access.Administer);
        this.Answers("User updated successfully");
        Summary(s => s.Summary = "Change a user");
    }

    public override async Task<UserBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, principal) = (HttpContext, HttpContext.Principal());
        var id = ResourceId.Canonical("user", request.UserId);
        var (tenant, user) = await queries.Get(principal, id, ct);
        RequireSame("tenant_id", request.TenantId, tenant);
        RequireSame("username", request.Username, (await queries.Profile(tenant, id, user, ct)).Username);
        var changed = await service.Change(
            tenant, id, request.Email, request.Roles,
            request.Plan is null || request.Plan == user.Plan ? null : Choice.Plan(request.Plan, principal), request.Password,
            ct);
        return await queries.Body(tenant, id, changed, ct);
    }

    private static void RequireSame(string field, string? given, string? now)
    {
        if (given is not null && given != now)
        {
            throw Problem.Invalid(field, $"'{now}', or nothing: it does not change", given);
        }
    }
}
