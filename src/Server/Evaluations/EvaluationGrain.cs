using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Server.Evaluations;

/// <summary>One evaluation.</summary>
internal sealed class EvaluationGrain : Grain<Evaluation>
{
    public ValueTask<Evaluation> Record(DetectorEvaluated done, Origin origin, CancellationToken ct) => Raise(origin, state => Evaluation.Record(state, done), ct);
}
