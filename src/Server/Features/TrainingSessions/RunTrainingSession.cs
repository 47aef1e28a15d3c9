using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary><c>POST …/start</c>, <c>…/resume</c>, <c>…/stop</c> and, for somebody else's program, <c>…/complete</c>.</summary>
internal static class RunTrainingSession
{
    /// <param name="Error">Why the training failed; null when it succeeded.</param>
    public sealed record Ending(string? Error = null);

    public static Task<IResult> Start(HttpContext http, string sessionId, Silo silo) =>
        Turn(http, sessionId, silo, (grain, ct) => grain.Start(onlyResume: false, http.EventMetadata(), ct));

    public static Task<IResult> Resume(HttpContext http, string sessionId, Silo silo) =>
        Turn(http, sessionId, silo, (grain, ct) => grain.Start(onlyResume: true, http.EventMetadata(), ct));

    public static Task<IResult> Stop(HttpContext http, string sessionId, Silo silo) =>
        Turn(http, sessionId, silo, (grain, ct) => grain.Stop(http.EventMetadata(), ct));

    public static async Task<IResult> Complete(HttpContext http, string sessionId, Silo silo)
    {
        var ending = Body.IsAbsent(http) ? new Ending() : await Body.Read<Ending>(http);
        if (ending.Error is { Length: 0 or > 10_000 })
        {
            throw Problem.Invalid("error", "1 to 10000 characters");
        }

        return await Turn(http, sessionId, silo, (grain, ct) => grain.Finish(ending.Error, http.EventMetadata(), ct));
    }

    private static async Task<IResult> Turn(HttpContext http, string id, Silo silo, Func<TrainingSessionGrain, CancellationToken, ValueTask<TrainingSession>> turn) =>
        Reply.Ok(TrainingSessionQueries.Body(await silo.Grain<TrainingSessionGrain>(http.Tenant(), id).Call(turn, http.RequestAborted)));
}
