using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings.Endpoints;

/// <summary>Calls a training off.</summary>
internal sealed class CancelTraining(IGrainFactory grains, ModelTrainingQueries queries) : Endpoint<CancelTraining.Request, TrainingBody>
{
    public sealed record Request
    {
        [RouteParam]
        public string TrainingId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Post("/api/v1/training/{training_id}/cancel");
        this.Needs(Access.Build);
        this.Answers("Training cancelled");
        Summary(s => s.Summary = "Call a training off");
    }

    public override async Task<TrainingBody> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, id) = (HttpContext, ResourceId.Canonical("training", request.TrainingId));
        await grains.Of<IModelTrainingGrain>(http.Tenant(), id).Cancel(http.RequestAborted);
        return queries.Body(await queries.Get(http.Tenant(), id, ct));
    }
}
