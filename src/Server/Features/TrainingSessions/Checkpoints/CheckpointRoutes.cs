using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;

/// <summary>The parts and paths of checkpoints.</summary>
internal static class CheckpointRoutes
{
    private const string Checkpoints = "/api/v1/checkpoints", Checkpoint = $"{Checkpoints}/{{checkpointId}}";

    public static IServiceCollection AddCheckpoints(this IServiceCollection services) => services
        .AddSingleton<CheckpointBytes>().AddSingleton<CheckpointIntake>().AddSingleton<CheckpointQueries>()
        .AddSingleton<ISubscription, CheckpointRemoval>().AddHostedService<CheckpointSweep>();

    public static void MapCheckpoints(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Checkpoints, ListCheckpoints.Handle)
            .Describes<ListCheckpoints.Response>("List the checkpoints, newest first").QueryPage().Query("session_id", "Only those of a session.").Needs(Access.Look);
        // The intake has its own limit, and says so in its own words.
        routes.MapPost(Checkpoints, UploadCheckpoint.Handle)
            .Describes<UploadCheckpoint.Request, UploadCheckpoint.Response>("Upload a checkpoint of a session", StatusCodes.Status201Created, "multipart/form-data")
            .Needs(Access.Build).WithMetadata(new Microsoft.AspNetCore.Mvc.DisableRequestSizeLimitAttribute());
        routes.MapGet(Checkpoint, GetSessionCheckpoint.Handle).Describes<CheckpointBody>("A checkpoint").Needs(Access.Look);
        routes.MapDelete(Checkpoint, DeleteCheckpoint.Handle).Describes<Confirmation>("Delete a checkpoint").Needs(Access.Build);
        routes.MapGet($"{Checkpoint}/download", DownloadCheckpoint.Handle)
            .Describes<string>("The bytes of a checkpoint", contentTypes: DownloadCheckpoint.ContentType)
            .Header("Range", "Only these bytes.").Header("If-Range", "Only where the checkpoint has this ETag still; all of it otherwise.").Needs(Access.Look);
    }
}
