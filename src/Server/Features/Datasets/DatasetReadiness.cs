namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary>A data set may be worked on as soon as it is uploaded; the work waits here until it is verified.</summary>
internal sealed class DatasetReadiness(DatasetQueries datasets, TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>The data set, once it is valid.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or does not become ready.</exception>
    public async Task<Dataset> Wait(string tenant, string id, CancellationToken ct)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            var dataset = await datasets.Get(tenant, id, ct);
            switch (dataset.Status)
            {
                case Dataset.Valid:
                    return dataset;
                case Dataset.Invalid:
                    throw new InvalidDataException($"The data set is damaged: {dataset.Failure}");
                case var _ when time.GetElapsedTime(since) > Longest:
                    throw new InvalidDataException("The data set has not become ready.");
                default:
                    await Task.Delay(TimeSpan.FromMilliseconds(50), time, ct);
                    break;
            }
        }
    }
}
