using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Tenants;
using EventSourcedAnomaly.Server.Features.Users;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.SignIns.Endpoints;

/// <summary>
/// Gives a new access token, and the refresh token that takes the place of the one presented. One that was presented before ends the
/// session.
/// </summary>
internal sealed class Refresh(IGrainFactory grains, LoginSessionQueries sessions, UserQueries users,
    TenantQueries tenants, AccessTokens tokens,
    TimeProvider time)
    : Endpoint<Refresh.Request, Refresh.Response>
{
    public sealed record Request(string RefreshToken);

    public new sealed record Response(string AccessToken, string RefreshToken, string TokenType, int ExpiresIn);

    public override void Configure()
    {
        Post("/v1/auth/refresh", "/api/v1/auth/refresh");
        this.Needs(Access.Open);
        this.TakesAtMost(BodySize.SignIn);
        Summary(s => s.Summary = "Get a new access token");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var http = HttpContext;
        if (RefreshToken.Parse(request.RefreshToken) is not { } presented
            || await sessions.Find(presented.SessionId, ct) is not var (tenant, known)
            || !known.IsOpenAt(time.GetUtcNow()) || !await tenants.IsOpen(tenant, ct)
            || await users.Find(tenant, known.UserId!, ct) is not { } user || known.StartedAt < user.PasswordChangedAt)
        {
            throw Refused();
        }

        var next = RefreshToken.New(presented.SessionId);
        RequestMetadata.Set(new EventMetadata($"user:{known.UserId}", http.RequestId()));
        await grains.Of<ILoginSessionGrain>(tenant, presented.SessionId).Refresh(presented.Hash, next.Hash, ct);
        if (await sessions.Find(presented.SessionId, ct) is not var (_, session) || session.RefreshHash != next.Hash)
        {
            throw Refused();
        }

        http.Response.Headers.CacheControl = "no-store";
        return new Response(
            await tokens.Issue(tenant, known.UserId!, presented.SessionId, user.Roles, user.Scopes, ct), next.Text, "bearer",
            (int)AccessTokens.Lifetime.TotalSeconds);
    }

    private static Problem Refused() =>
        new(ProblemKind.Unauthenticated, "The refresh token is not valid: unknown, expired, used up or revoked.", "refresh_token",
            "the refresh token of the last answer");
}
