using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Subscriptions;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using Quartz;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary>Reads a stored data set back, chunk by chunk, before anybody relies on it.</summary>
internal sealed class DatasetVerification(Silo silo, DatasetQueries queries, DatasetRows rows) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var job = JobTarget.Of(context);
        var dataset = await queries.Get(job.Tenant, job.Id, cancellationToken);
        var damage = await FindDamage(job, dataset.Uploaded, cancellationToken);
        await silo.Grain<DatasetGrain>(job.Tenant, job.Id).Call((grain, ct) => grain.Verify(damage, job.Metadata, ct), cancellationToken);
    }

    private async Task<string?> FindDamage(JobTarget job, DatasetUploaded upload, CancellationToken ct)
    {
        var count = 0L;
        try
        {
            await foreach (var chunk in rows.Chunks(job.Tenant, upload, ct))
            {
                count += chunk.RowCount;
            }
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }

        return count == upload.RowCount ? null : $"Of {upload.RowCount} rows {count} were stored.";
    }
}

/// <summary>Has every upload verified.</summary>
internal sealed class DatasetVerificationDispatch(Jobs jobs) : IReaction
{
    /// <inheritdoc/>
    public string Name => "dataset_verification";

    /// <inheritdoc/>
    public IReadOnlyCollection<Type> EventTypes { get; } = [typeof(DatasetUploaded)];

    /// <inheritdoc/>
    public Task React(Delivery delivery, CancellationToken ct) => jobs.Start<DatasetVerification>(delivery.Recorded, ct);
}
