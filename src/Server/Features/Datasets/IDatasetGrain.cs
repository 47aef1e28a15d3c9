using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary>One data set.</summary>
[Alias("esa.Dataset")]
public interface IDatasetGrain : IResumable
{
    [Alias("Take")]
    Task<long> Take(DatasetUploaded upload, CancellationToken ct);

    [Alias("Verify")]
    Task<long> Verify(string? damage, CancellationToken ct);

    [Alias("Note")]
    Task<long> Note(DatasetValidated validated, CancellationToken ct);

    [Alias("Delete")]
    Task<long> Delete(CancellationToken ct);
}
