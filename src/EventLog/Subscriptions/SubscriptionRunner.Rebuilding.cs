namespace EventSourcedAnomaly.EventLog.Subscriptions;

/// <summary>How a running projection is rebuilt without being stopped.</summary>
internal sealed partial class SubscriptionRunner
{
    /// <summary>A rebuild beside the live projection, a page at a time.</summary>
    private sealed class Rebuilding(SubscriptionRunner runner) : IAsyncDisposable
    {
        private ProjectionRebuild? _rebuild;
        private PageReader? _pages;
        private long _asked;

        public bool Active => _rebuild is not null;

        public async Task Step(long livePosition, CancellationToken ct)
        {
            if (runner._subscription is not IProjection projection)
            {
                return;
            }

            if (_rebuild is null && !await Begin(projection, ct))
            {
                return;
            }

            try
            {
                if (_rebuild!.Position < livePosition)
                {
                    await Project(projection, _rebuild, await _pages!.Next(_rebuild.Position, livePosition, ct), ct);
                }

                if (_rebuild.Position == livePosition)
                {
                    await _rebuild.Swap(ct);
                    await DisposeAsync();
                }
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                runner.LogRebuildFailed(e, projection.Name);
                await _rebuild!.Fail(e, ct);
                await DisposeAsync();
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_rebuild is not null)
            {
                await _pages!.DisposeAsync();
                await _rebuild.DisposeAsync();
                _rebuild = null;
            }
        }

        private async Task<bool> Begin(IProjection projection, CancellationToken ct)
        {
            if (_asked > 0 && runner._options.Time.GetElapsedTime(_asked) < runner._options.PollInterval)
            {
                return false;
            }

            _asked = runner._options.Time.GetTimestamp();
            _rebuild = await ProjectionRebuild.TryBegin(runner._store, projection, ct);
            _pages = _rebuild is null ? null : new PageReader(projection, runner._store);
            return _rebuild is not null;
        }

        // Events that the live projection parked are left out here too, or the two would differ.
        private async Task Project(IProjection projection, ProjectionRebuild rebuild, Page page, CancellationToken ct)
        {
            var parked = await runner.Parked(rebuild.Position, page.Reached, ct);
            var deliveries = page.Deliveries.Where(delivery => !parked.Contains(delivery.Recorded.Sequence)).ToArray();
            await using var transaction = await rebuild.Connection.BeginTransactionAsync(ct);
            if (deliveries.Length > 0)
            {
                await projection.Project(deliveries, rebuild.Connection, ct);
            }

            await rebuild.Advance(page.Reached, ct);
            await transaction.CommitAsync(ct);
        }
    }

    private async Task<HashSet<long>> Parked(long after, long until, CancellationToken ct)
    {
        await using var command = _store.Database.CreateCommand("select seq_id from esa_parked_events where subscription = $1 and seq_id > $2 and seq_id <= $3");
        command.Parameters.Add(new() { Value = _subscription.Name });
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = until });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var parked = new HashSet<long>();
        while (await reader.ReadAsync(ct))
        {
            parked.Add(reader.GetInt64(0));
        }

        return parked;
    }
}
