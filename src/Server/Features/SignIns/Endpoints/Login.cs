using EventSourcedAnomaly.Server.Features.Users;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.SignIns.Endpoints;

/// <summary>Signs in with a name and its password.</summary>
internal sealed class Login(SignInService service, AccessTokens tokens, UserQueries queries) : Endpoint<Login.Request, Login.Response>
{
    private const int MaxNameLength = 150, MaxPasswordLength = 1024;

    public sealed record Request(string Username, string Password, bool RememberMe = false);

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator()
        {
            RuleFor(r => r.Username).Length(1, MaxNameLength).Expecting($"1 to {MaxNameLength} characters");
            RuleFor(r => r.Password).Length(1, MaxPasswordLength).Expecting($"1 to {MaxPasswordLength} characters");
        }
    }

    public new sealed record Response(string AccessToken, string RefreshToken, string TokenType, int ExpiresIn, Profile User);

    public override void Configure()
    {
        Post("/v1/auth/login", "/api/v1/auth/login");
        this.Needs(Access.Open);
        this.TakesAtMost(BodySize.SignIn);
        Summary(s => s.Summary = "Sign in with a name and a password");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var http = HttpContext;
        var (tenant, id, user, refresh) = await service.SignIn(
            request.Username, request.Password, request.RememberMe, http.Connection.RemoteIpAddress, http.RequestId(), http.RequestAborted);
        http.Response.Headers.CacheControl = "no-store";
        return new Response(
            await tokens.Issue(tenant, id, refresh.SessionId, user.Roles, user.Scopes, http.RequestAborted), refresh.Text, "bearer",
            (int)AccessTokens.Lifetime.TotalSeconds, await queries.Profile(tenant, id, user, http.RequestAborted));
    }
}
