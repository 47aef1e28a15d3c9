using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using Orleans.Concurrency;

namespace EventSourcedAnomaly.Server.Features.Batches;

/// <summary>One batch. Its work is done chunk by chunk and reported here.</summary>
[Alias("esa.Batch")]
public interface IBatchGrain : IResumable
{
    /// <summary>Takes the request; the work follows.</summary>
    [Alias("Submit")]
    Task<long> Submit(BatchRequested requested, CancellationToken ct);

    /// <summary>Records a batch that was answered within its request.</summary>
    [Alias("Record")]
    Task<long> Record(BatchAnswered answer, CancellationToken ct);

    /// <summary>Notes that a silo took the work up.</summary>
    [Alias("Start")]
    Task<long> Start(CancellationToken ct);

    /// <summary>Takes a model made for this batch alone; its bytes are stored with the event.</summary>
    [Alias("Adopt")]
    Task<long> Adopt(TrainedModel model, Immutable<byte[]> bytes, CancellationToken ct);

    /// <summary>Takes progress of the work.</summary>
    [Alias("Report")]
    Task<long> Report(int chunks, BatchTally tally, double memoryPeakMb, CancellationToken ct);

    /// <summary>Ends it.</summary>
    [Alias("Complete")]
    Task<long> Complete(double seconds, CancellationToken ct);

    /// <summary>Ends it without a result.</summary>
    [Alias("Fail")]
    Task<long> Fail(string reason, CancellationToken ct);

    /// <summary>Ends it because somebody wants it to.</summary>
    [Alias("Cancel")]
    Task<long> Cancel(CancellationToken ct);
}
