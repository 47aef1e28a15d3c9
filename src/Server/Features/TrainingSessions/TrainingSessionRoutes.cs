using System.Text.Json;
using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using Microsoft.AspNetCore.Routing.Constraints;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>The capability's parts and paths.</summary>
internal static class TrainingSessionRoutes
{
    private const string Sessions = "/api/v1/training/sessions", Session = $"{Sessions}/{{sessionId}}";

    public static IServiceCollection AddTrainingSessions(this IServiceCollection services) => services
        .AddSingleton<ConfigurationRoot>().AddSingleton<TrainingSessionQueries>().AddSingleton<MetricPoints>().AddSingleton<EpochRows>().AddSingleton<SessionFeed>()
        .AddSingleton<ISubscription, EpochDispatch>().AddCheckpoints()
        .Configure<RouteOptions>(routing => routing.SetParameterPolicy<RegexInlineRouteConstraint>("regex"));

    public static void MapTrainingSessions(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(Sessions, CreateTrainingSession.Handle)
            .Describes<CreateTrainingSession.Request, SessionBody>("Make a training session", StatusCodes.Status201Created).Needs(Access.Build);
        routes.MapGet(Sessions, ListTrainingSessions.Handle)
            .Describes<ListTrainingSessions.Response>("List the training sessions, newest first").QueryPage()
            .Query("status", "Only those in a state.", RequestParameterType.Text, [.. TrainingSession.Statuses]).Needs(Access.Look);
        routes.MapGet(Session, GetTrainingSession.Handle).Describes<SessionBody>("A training session as it stands").Needs(Access.Look);
        routes.MapPost($"{Session}/start", RunTrainingSession.Start).Describes<SessionBody>("Start a session, or go on where it was").Needs(Access.Build);
        routes.MapPost($"{Session}/resume", RunTrainingSession.Resume).Describes<SessionBody>("Go on after a stop or a failure").Needs(Access.Build);
        routes.MapPost($"{Session}/stop", RunTrainingSession.Stop).Describes<SessionBody>("Stop a session; its state stays").Needs(Access.Build);
        routes.MapPost($"{Session}/complete", RunTrainingSession.Complete)
            .Describes<RunTrainingSession.Ending, SessionBody>("End a session that an external trainer reports to").Needs(Access.Build);
        MapMetrics(routes);
        routes.MapCheckpoints();
    }

    private static void MapMetrics(IEndpointRouteBuilder routes)
    {
        routes.MapGet($"{Session}/metrics", GetSessionMetrics.Handle)
            .Describes<GetSessionMetrics.Response>("The metrics of a session's last epochs").Query("metric_name", "Only this metric.")
            .Query("limit", "How many epochs at most: 1000 unless told.", RequestParameterType.Whole).Needs(Access.Look);
        routes.MapPost($"{Session}/metrics", ReportMetrics.Handle)
            .Describes<Dictionary<string, JsonElement>, ReportMetrics.Response>("Report what an external trainer measured", StatusCodes.Status201Created).Needs(Access.Build);
        routes.MapGet("/api/v1/metrics/{sessionId}/history", GetMetricHistory.Handle)
            .Describes<GetMetricHistory.Response>("One metric of a session over its epochs")
            .Query("metric_name", "The metric; unless told, the one by which the best epoch is found.")
            .Query("start_epoch", "The first epoch.", RequestParameterType.Whole).Query("end_epoch", "The last epoch.", RequestParameterType.Whole)
            .Query("max_points", "Thins longer curves out, keeping the extremes: 10000 unless told.", RequestParameterType.Whole).Needs(Access.Look);
        // A training's feed has the same path; the API's description tells it once.
        routes.MapGet("/api/v1/sse/training/{sessionId:regex(^sess_)}", SessionEventStream.Handle).ExcludeFromDescription().Needs(Access.Look);
        routes.MapGet("/api/v1/ws/training/{sessionId}", SessionSocket.Handle)
            .Describes<string>("A session's events as they happen, over a WebSocket", contentTypes: "application/json")
            .Query("last_event_id", "The id of the last event seen; the feed goes on after it.", RequestParameterType.Whole).Needs(Access.Look);
    }
}
