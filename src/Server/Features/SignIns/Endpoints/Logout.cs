using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.SignIns.Endpoints;

/// <summary>
/// Signs out: the session of the access token ends, and that of the refresh token when it is the same user's. Tokens that are not valid
/// need no ending.
/// </summary>
internal sealed class Logout(IGrainFactory grains, LoginSessionQueries sessions) : Endpoint<Logout.Request, Confirmation>
{
    public sealed record Request(string? RefreshToken = null);

    public override void Configure()
    {
        Post("/v1/auth/logout", "/api/v1/auth/logout");
        this.Needs(Access.Self);
        this.TakesAtMost(BodySize.SignIn);
        this.BodyIsOptional();
        Summary(s => s.Summary = "Sign out");
    }

    public override async Task<Confirmation> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, principal) = (HttpContext, HttpContext.Principal());
        var ending = new HashSet<string>(StringComparer.Ordinal);
        if (principal.SessionId is { } own)
        {
            ending.Add(own);
        }

        if (request.RefreshToken is { } text && RefreshToken.Parse(text) is { } token
            && await sessions.Find(token.SessionId, ct) is var (tenant, session)
            && tenant == principal.Tenant && session.UserId == principal.Owner)
        {
            ending.Add(token.SessionId);
        }

        foreach (var id in ending)
        {
            await grains.Of<ILoginSessionGrain>(principal.Tenant, id).End(ct);
        }

        return new Confirmation("Successfully logged out");
    }
}
