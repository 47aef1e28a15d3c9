using System.Collections.Concurrent;
using EventSourcedAnomaly.Server.Features.Detections;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Metrics;

/// <summary>What became of a tenant's requests.</summary>
/// <param name="Requests">How many there were, feeds apart.</param>
/// <param name="Errors">How many were answered with 400 or above.</param>
/// <param name="Seconds">How long they took, all together.</param>
/// <param name="Latencies">How many fell in each class of <see cref="LatencyScale"/>.</param>
internal sealed record RequestMetrics(long Requests, long Errors, double Seconds, IReadOnlyList<long> Latencies);

/// <summary>
/// Counts requests by tenant and hour in memory, and adds the counts to those of all silos every few seconds. A silo that
/// is killed loses what it counted since.
/// </summary>
internal sealed partial class RequestStatistics(NpgsqlDataSource database, TenantReads reads, TimeProvider time,
    ILogger<RequestStatistics> logger) : StoredPeriodically(time)
{
    private readonly ConcurrentDictionary<(string Tenant, DateTimeOffset Hour), Tally> _tallies = new();

    /// <summary>Counts a request.</summary>
    public void Count(string tenant, int status, TimeSpan took)
    {
        var key = (tenant, Hours.Of(Time.GetUtcNow()));
        while (!_tallies.GetOrAdd(key, static _ => new Tally()).TryAdd(status >= StatusCodes.Status400BadRequest, took))
        {
            // This one is on its way to the database; the next one takes the count.
            _tallies.TryRemove(key, out _);
        }
    }

    /// <summary>What is stored of a tenant's requests in a range. The hours at its ends count whole.</summary>
    public async Task<RequestMetrics> Of(string tenant, TimeRange range, CancellationToken ct)
    {
        await using var command = reads.CreateCommand(tenant, """
            select coalesce(sum(requests), 0)::bigint, coalesce(sum(errors), 0)::bigint, coalesce(sum(seconds), 0),
                   (select coalesce(array_agg(n order by class), '{}') from (
                        select class, sum(count)::bigint n from request_statistics s, unnest(s.latencies) with ordinality l (count, class)
                         where s.tenant_id = $1 and s.hour > $2 and s.hour < $3 group by class) c)
              from request_statistics where tenant_id = $1 and hour > $2 and hour < $3
            """);
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = range.Start.UtcDateTime.AddHours(-1) });
        command.Parameters.Add(new() { Value = range.End.UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new RequestMetrics(reader.GetInt64(0), reader.GetInt64(1), reader.GetDouble(2), reader.GetFieldValue<long[]>(3));
    }

    /// <inheritdoc/>
    protected override async Task Store(CancellationToken ct)
    {
        foreach (var key in _tallies.Keys)
        {
            if (_tallies.TryRemove(key, out var tally))
            {
                var figures = tally.Close();
                try
                {
                    await Add(key.Tenant, key.Hour, figures, ct);
                }
                catch (Exception e) when (e is NpgsqlException or TimeoutException)
                {
                    LogLost(e, figures.Requests);
                }
            }
        }
    }

    private async Task Add(string tenant, DateTimeOffset hour, RequestMetrics figures, CancellationToken ct)
    {
        await using var command = database.CreateCommand("""
            insert into request_statistics as s (tenant_id, hour, requests, errors, seconds, latencies) values ($1, $2, $3, $4, $5, $6)
            on conflict (tenant_id, hour) do update set
                requests = s.requests + excluded.requests, errors = s.errors + excluded.errors, seconds = s.seconds + excluded.seconds,
                latencies = (select array_agg(coalesce(a, 0) + coalesce(b, 0) order by i)
                               from unnest(s.latencies, excluded.latencies) with ordinality l (a, b, i))
            """);
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = hour });
        command.Parameters.Add(new() { Value = figures.Requests });
        command.Parameters.Add(new() { Value = figures.Errors });
        command.Parameters.Add(new() { Value = figures.Seconds });
        command.Parameters.Add(new() { Value = figures.Latencies.ToArray() });
        await command.ExecuteNonQueryAsync(ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Statistics of {Count} requests were lost")]
    private partial void LogLost(Exception exception, long count);

    private sealed class Tally
    {
        private readonly Lock _gate = new();
        private readonly long[] _latencies = new long[LatencyScale.Classes];
        private long _errors;
        private double _seconds;
        private bool _closed;

        public bool TryAdd(bool error, TimeSpan took)
        {
            lock (_gate)
            {
                if (_closed)
                {
                    return false;
                }

                _latencies[LatencyScale.ClassOf(took)]++;
                _errors += error ? 1 : 0;
                _seconds += took.TotalSeconds;
                return true;
            }
        }

        public RequestMetrics Close()
        {
            lock (_gate)
            {
                _closed = true;
                return new RequestMetrics(_latencies.Sum(), _errors, _seconds, _latencies);
            }
        }
    }
}
