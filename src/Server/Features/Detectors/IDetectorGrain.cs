namespace EventSourcedAnomaly.Server.Features.Detectors;

/// <summary>One detector: its configuration, and whether it exists. What becomes of its models is decided by its trainings.</summary>
[Alias("esa.Detector")]
public interface IDetectorGrain : IGrainWithStringKey
{
    /// <summary>Creates it; the same creation again is a no-op.</summary>
    [Alias("Create")]
    Task<long> Create(DetectorCreated created, CancellationToken ct);

    /// <summary>Replaces what is named of its configuration.</summary>
    [Alias("Configure")]
    Task<long> Configure(ConfigureDetector change, CancellationToken ct);

    /// <summary>Deletes it.</summary>
    [Alias("Delete")]
    Task<long> Delete(CancellationToken ct);
}
