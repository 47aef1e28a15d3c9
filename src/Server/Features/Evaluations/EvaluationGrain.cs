using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Evaluations;

/// <summary>One evaluation.</summary>
internal sealed class EvaluationGrain(AggregateStore aggregates) : EventSourcedGrain<Evaluation>(aggregates), IEvaluationGrain
{
    public Task<long> Record(DetectorEvaluated done, CancellationToken ct) => Raise(state => Evaluation.Record(state, done), ct);
}
