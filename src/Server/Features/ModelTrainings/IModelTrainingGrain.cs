using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using Orleans.Concurrency;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings;

/// <summary>
/// One training of a detector, and the one writer of its outcome: what it decides is stored in one commit with what that means for the
/// detector.
/// </summary>
[Alias("esa.ModelTraining")]
public interface IModelTrainingGrain : IResumable
{
    /// <summary>Takes the request and has the detector know that it is being trained; the work follows.</summary>
    [Alias("Submit")]
    Task<long> Submit(TrainingRequested requested, CancellationToken ct);

    /// <summary>Notes that a silo took the work up; a second time when the first did not survive.</summary>
    [Alias("Start")]
    Task<long> Start(CancellationToken ct);

    /// <summary>Takes progress of the work.</summary>
    [Alias("Report")]
    Task<long> Report(double progress, string step, ClassificationMetrics metrics, CancellationToken ct);

    /// <summary>Ends it with a model, which is in the detector's service from then on.</summary>
    [Alias("Complete")]
    Task<long> Complete(TrainingCompleted completed, TrainedModel model, Immutable<byte[]> bytes, CancellationToken ct);

    /// <summary>Ends it without a model.</summary>
    [Alias("Fail")]
    Task<long> Fail(string reason, CancellationToken ct);

    /// <summary>Ends it because somebody wants it to.</summary>
    [Alias("Cancel")]
    Task<long> Cancel(CancellationToken ct);
}
