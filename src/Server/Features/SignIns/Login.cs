using System.Net;
using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Erasure;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Features.Users;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary><c>POST …/auth/login</c>: a session for a name and its password.</summary>
internal static class Login
{
    private const int MaxNameLength = 150, MaxPasswordLength = 1024;

    public sealed record Request(string Username, string Password, bool RememberMe = false)
    {
        public void Validate()
        {
            Require("username", Username, MaxNameLength);
            Require("password", Password, MaxPasswordLength);
        }

        private static void Require(string field, string given, int longest)
        {
            if (given.Length is 0 || given.Length > longest)
            {
                throw Problem.Invalid(field, $"1 to {longest} characters");
            }
        }
    }

    public sealed record Response(string AccessToken, string RefreshToken, string TokenType, int ExpiresIn, Profile User);

    public static async Task<IResult> Handle(HttpContext http, SignInService service, AccessTokens tokens, UserQueries queries)
    {
        var request = await Body.Read<Request>(http);
        request.Validate();
        var (tenant, id, user, refresh) = await service.SignInAttempts(
            request.Username, request.Password, request.RememberMe, http.Connection.RemoteIpAddress, http.RequestId(), http.RequestAborted);
        http.Response.Headers.CacheControl = "no-store";
        return Reply.Ok(new Response(
            await tokens.Issue(tenant, id, refresh.SessionId, user.Roles, user.Scopes, http.RequestAborted), refresh.Text, "bearer",
            (int)AccessTokens.Lifetime.TotalSeconds, await queries.Profile(tenant, id, user, http.RequestAborted)));
    }
}

/// <summary>
/// Checks a name and a password. A name that nobody has takes the same steps, to the same answers, as one that somebody has.
/// </summary>
internal sealed class SignInService(Silo silo, UserNames names, UserQueries users, TenantQueries tenants, Passwords passwords, SubjectKeys subjects)
{
    /// <summary>A new session with its first refresh token.</summary>
    /// <exception cref="Problem">The name or the password is wrong, or too many attempts failed.</exception>
    public async Task<(string Tenant, string UserId, User User, RefreshToken Refresh)> SignInAttempts(
        string username, string password, bool remember, IPAddress? address, string requestId, CancellationToken ct)
    {
        var hash = names.HashOf(username);
        var found = await names.Find(hash, ct);
        var tenant = found?.Tenant ?? Principal.SystemTenant;
        var attempts = silo.Grain<SignInAttemptsGrain>(tenant, $"sign_in_{hash}");
        await attempts.Call((grain, token) => grain.RequireUnlocked(token), ct);

        var user = await users.Find(tenant, found?.UserId ?? string.Empty, ct);
        var right = await passwords.Check(tenant, user, password, ct);
        var metadata = new EventMetadata(found is null ? "anonymous" : $"user:{found.Value.UserId}", requestId);
        var from = await subjects.Seal(tenant, found?.UserId ?? $"sign_in_{hash}", address?.ToString() ?? "unknown", ct);
        if (!right || !await tenants.IsOpen(tenant, ct))
        {
            await attempts.Call((grain, token) => grain.Fail(found?.UserId, from, metadata, token), ct);
            throw new Problem(ProblemKind.Unauthenticated, "The username or the password is wrong.");
        }

        var refresh = RefreshToken.New(ResourceId.New("session"));
        await attempts.Call((grain, token) => grain.Succeed(found!.Value.UserId, refresh.SessionId, from, metadata, token), ct);
        await silo.Grain<LoginSessionGrain>(tenant, refresh.SessionId).Call((grain, token) => grain.Start(found!.Value.UserId, refresh.Hash, remember, metadata, token), ct);
        return (tenant, found!.Value.UserId, user!, refresh);
    }
}
