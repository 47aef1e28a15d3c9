using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary>
/// <c>POST …/auth/logout</c>: the session of the access token ends, and that of the refresh token when it is the same
/// user's. Tokens that are not valid need no ending.
/// </summary>
internal static class Logout
{
    public sealed record Request(string? RefreshToken = null);

    public static async Task<IResult> Handle(HttpContext http, Silo silo, LoginSessionQueries sessions)
    {
        var request = http.Request.ContentLength is 0 ? new Request() : await Body.Read<Request>(http);
        var (principal, ct) = (http.Principal(), http.RequestAborted);
        var ending = new HashSet<string>(StringComparer.Ordinal);
        if (principal.SessionId is { } own)
        {
            ending.Add(own);
        }

        if (request.RefreshToken is { } text && RefreshToken.Parse(text) is { } token && await sessions.Find(token.SessionId, ct) is var (tenant, session)
            && tenant == principal.Tenant && session.UserId == principal.Owner)
        {
            ending.Add(token.SessionId);
        }

        foreach (var id in ending)
        {
            await silo.Grain<LoginSessionGrain>(principal.Tenant, id).Call((grain, turn) => grain.End(http.EventMetadata(), turn), ct);
        }

        return Reply.Ok(new Confirmation("Successfully logged out"));
    }
}
