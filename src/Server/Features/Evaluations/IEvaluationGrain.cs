namespace EventSourcedAnomaly.Server.Features.Evaluations;

/// <summary>One evaluation.</summary>
[Alias("esa.Evaluation")]
public interface IEvaluationGrain : IGrainWithStringKey
{
    [Alias("Record")]
    Task<long> Record(DetectorEvaluated done, CancellationToken ct);
}
