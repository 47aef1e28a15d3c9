using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Server.Features.Evaluations;

/// <summary>One evaluation.</summary>
internal sealed class EvaluationGrain : Grain<Evaluation>
{
    public ValueTask<Evaluation> Record(DetectorEvaluated done, EventMetadata metadata, CancellationToken ct) => Raise(metadata, state => Evaluation.Record(state, done), ct);
}
