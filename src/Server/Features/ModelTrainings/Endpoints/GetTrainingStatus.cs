using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings.Endpoints;

/// <summary>Shows a training.</summary>
internal sealed class GetTrainingStatus(ModelTrainingQueries queries) : Endpoint<GetTrainingStatus.Request, TrainingBody>
{
    public sealed record Request
    {
        [RouteParam]
        public string TrainingId { get; init; } = string.Empty;
    }

    public override void Configure()
    {
        Get("/api/v1/training/{training_id}/status");
        this.Needs(Access.Look);
        Summary(s => s.Summary = "A training as it stands");
    }

    public override async Task<TrainingBody> ExecuteAsync(Request request, CancellationToken ct) =>
        queries.Body(await queries.Get(HttpContext.Tenant(), ResourceId.Canonical("training", request.TrainingId), ct));
}
