using System.Globalization;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;

namespace EventSourcedAnomaly.Server.Infrastructure.Security;

/// <summary>
/// Holds callers to their rate plans. Every answer that a plan counts says how the plan stands, in the contracts' headers and in
/// those of draft-ietf-httpapi-ratelimit-headers. What is refused for want of a credential is served to nobody and not counted.
/// </summary>
internal sealed class RateLimiting(RequestDelegate next, RateWindows windows, ServerSettings settings)
{
    private readonly RatePlan _anonymous = RatePlan.Anonymous(settings.AnonymousPerHour);

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<Access>() is { IsCounted: true } access)
        {
            var principal = http.Features.Get<Principal>();
            var plan = principal is null ? _anonymous : RatePlan.Of(principal.Plan);
            var limits = plan.For(access);
            if (limits.Count > 0)
            {
                var state = await Take(plan.ByAddress || principal is null
                    ? $"address:{CallerAddress.Of(http.Connection.RemoteIpAddress)}" : SubjectOf(principal),
                    limits, http.RequestAborted);
                http.Response.OnStarting(() => Tell(http.Response, limits, state));
                Require(state);
            }
        }

        await next(http);
    }

    // A user's keys are counted together: another key is not another allowance.
    private static string SubjectOf(Principal principal) => $"{principal.Tenant}/{principal.Owner ?? principal.Actor}";

    private async ValueTask<RateState> Take(string subject, IReadOnlyList<RateLimit> limits, CancellationToken ct)
    {
        RateState first = default;
        for (var i = 0; i < limits.Count; i++)
        {
            var state = await windows.Take(subject, limits[i], ct);
            if (!state.Granted)
            {
                foreach (var earlier in limits.Take(i))
                {
                    windows.GiveBack(subject, earlier);
                }

                return state;
            }

            first = i == 0 ? state : first;
        }

        return first;
    }

    private static void Require(RateState state)
    {
        if (!state.Granted)
        {
            throw new Problem(
                ProblemKind.RateLimited,
                $"Too many requests: the limit is {state.Limit.Amount} in {state.Limit.Window.TotalSeconds:0} seconds.")
            {
                RetryAfter = state.ResetsIn,
            };
        }
    }

    private static Task Tell(HttpResponse response, IReadOnlyList<RateLimit> limits, RateState state)
    {
        var seconds = (long)Math.Ceiling(state.ResetsIn.TotalSeconds);
        var remaining = state.Granted ? state.Remaining : 0;
        var time = response.HttpContext.RequestServices.GetRequiredService<TimeProvider>();
        var reset = (long)Math.Ceiling((time.GetUtcNow() + state.ResetsIn).ToUnixTimeMilliseconds() / 1000.0);
        response.Headers["X-RateLimit-Limit"] = Text(state.Limit.Amount);
        response.Headers["X-RateLimit-Remaining"] = Text(remaining);
        response.Headers["X-RateLimit-Reset"] = Text(reset);
        response.Headers["RateLimit-Policy"] = string.Join(", ",
            limits.Select(limit => $"\"{limit.Name}\";q={Text(limit.Total)};w={Text(limit.Seconds)}"));
        response.Headers["RateLimit"] = $"\"{state.Limit.Name}\";r={Text(remaining)};t={Text(seconds)}";
        return Task.CompletedTask;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
