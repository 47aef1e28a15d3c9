using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Features.Users;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary>
/// <c>POST …/auth/refresh</c>: a new access token, and the refresh token that takes the place of the one presented. One that
/// was presented before ends the session.
/// </summary>
internal static class Refresh
{
    public sealed record Request(string RefreshToken);

    public sealed record Response(string AccessToken, string RefreshToken, string TokenType, int ExpiresIn);

    public static async Task<IResult> Handle(
        HttpContext http, Silo silo, LoginSessionQueries sessions, UserQueries users, TenantQueries tenants, AccessTokens tokens, TimeProvider time)
    {
        var request = await Body.Read<Request>(http);
        var ct = http.RequestAborted;
        if (RefreshToken.Parse(request.RefreshToken) is not { } presented || await sessions.Find(presented.SessionId, ct) is not var (tenant, known)
            || !known.IsOpenAt(time.GetUtcNow()) || !await tenants.IsOpen(tenant, ct)
            || await users.Find(tenant, known.UserId!, ct) is not { } user || known.StartedAt < user.PasswordChangedAt)
        {
            throw Refused();
        }

        var next = RefreshToken.New(presented.SessionId);
        var session = await silo.Grain<LoginSessionGrain>(tenant, presented.SessionId).Call(
            (grain, token) => grain.Refresh(presented.Hash, next.Hash, new EventMetadata($"user:{known.UserId}", http.RequestId()), token), ct);
        if (session.RefreshHash != next.Hash)
        {
            throw Refused();
        }

        http.Response.Headers.CacheControl = "no-store";
        return Reply.Ok(new Response(
            await tokens.Issue(tenant, known.UserId!, presented.SessionId, user.Roles, user.Scopes, ct), next.Text, "bearer", (int)AccessTokens.Lifetime.TotalSeconds));
    }

    private static Problem Refused() =>
        new(ProblemKind.Unauthenticated, "The refresh token is not valid: unknown, expired, used up or revoked.", "refresh_token", "the refresh token of the last answer");
}
