using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Npgsql;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions;

/// <summary>One number that a training gave.</summary>
/// <param name="Metric">What it is called.</param>
/// <param name="Epoch">The epoch that it belongs to.</param>
/// <param name="Value">The number.</param>
/// <param name="Measured">When.</param>
internal readonly record struct MetricPoint(string Metric, int Epoch, double Value, DateTimeOffset Measured);

/// <summary>
/// The numbers of training sessions in their own table. They are stored ahead of the event that speaks of them: what is beyond the
/// session's last epoch is not shown, and comes again with the same key when its event did not come to be.
/// </summary>
internal sealed class MetricPoints(NpgsqlDataSource database, TenantReads reads)
{
    private const int AtOnce = 50_000;

    /// <summary>Stores points; one that is there already is replaced.</summary>
    public async Task Put(StreamKey session, IReadOnlyList<MetricPoint> points, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        foreach (var part in points.Chunk(AtOnce))
        {
            await using var command = new NpgsqlCommand(
                """
                insert into training_metrics (tenant_id, session_id, metric, epoch, value, measured)
                select $1, $2, * from unnest($3::varchar[], $4::int[], $5::float8[], $6::timestamptz[])
                on conflict (tenant_id, session_id, metric, epoch) do update set value = excluded.value, measured = excluded.measured
                """,
                connection)
            {
                Parameters =
                {
                    new() { Value = session.Tenant }, new() { Value = session.Id },
                        new() { Value = part.Select(point => point.Metric).ToArray() },
                    new() { Value = part.Select(point => point.Epoch).ToArray() },
                    new() { Value = part.Select(point => point.Value).ToArray() },
                    new() { Value = part.Select(point => point.Measured.ToUniversalTime()).ToArray() },
                },
            };
            await command.ExecuteNonQueryAsync(ct);
        }

        await transaction.CommitAsync(ct);
    }

    /// <summary>The last epochs' points of some metrics, in the order of epochs.</summary>
    public async Task<IReadOnlyList<MetricPoint>> Last(StreamKey session, IReadOnlyList<string> metrics, int untilEpoch,
        int epochs, CancellationToken ct)
    {
        await using var command = reads.CreateCommand(
            session.Tenant,
            """
            select p.metric, p.epoch, p.value, p.measured
              from unnest($3::varchar[]) wanted(metric)
             cross join lateral (
                   select metric, epoch, value, measured from training_metrics
                    where tenant_id = $1 and session_id = $2 and metric = wanted.metric and epoch <= $4 order by epoch desc limit $5) p
            """);
        Identify(command, session);
        command.Parameters.Add(new() { Value = metrics.ToArray() });
        command.Parameters.Add(new() { Value = untilEpoch });
        command.Parameters.Add(new() { Value = epochs });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var points = new List<MetricPoint>();
        while (await reader.ReadAsync(ct))
        {
            points.Add(new MetricPoint(reader.GetString(0), reader.GetInt32(1), reader.GetDouble(2),
                reader.GetFieldValue<DateTimeOffset>(3)));
        }

        return points;
    }

    /// <summary>All that was measured of one epoch.</summary>
    public async Task<IReadOnlyDictionary<string, double>> Of(StreamKey session, int epoch, CancellationToken ct)
    {
        await using var command = reads.CreateCommand(
            session.Tenant,
            "select metric, value from training_metrics where tenant_id = $1 and session_id = $2 and epoch = $3 order by metric limit 50");
        Identify(command, session);
        command.Parameters.Add(new() { Value = epoch });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var metrics = new Dictionary<string, double>();
        while (await reader.ReadAsync(ct))
        {
            metrics[reader.GetString(0)] = reader.GetDouble(1);
        }

        return metrics;
    }

    /// <summary>The epochs and values of one metric, in order.</summary>
    public async Task<(List<int> Epochs, List<double> Values)> History(StreamKey session, string metric,
        int first, int last, CancellationToken ct)
    {
        await using var command = reads.CreateCommand(
            session.Tenant, "select epoch, value from training_metrics where tenant_id = $1 and session_id = $2 and metric = $3 and "
                + "epoch between $4 and $5 order by epoch");
        Identify(command, session);
        command.Parameters.Add(new() { Value = metric });
        command.Parameters.Add(new() { Value = first });
        command.Parameters.Add(new() { Value = last });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var (epochs, values) = (new List<int>(), new List<double>());
        while (await reader.ReadAsync(ct))
        {
            epochs.Add(reader.GetInt32(0));
            values.Add(reader.GetDouble(1));
        }

        return (epochs, values);
    }

    /// <summary>When one metric was measured in some epochs, in their order.</summary>
    public async Task<IReadOnlyList<DateTimeOffset>> Times(StreamKey session, string metric, int[] epochs, CancellationToken ct)
    {
        await using var command = reads.CreateCommand(
            session.Tenant, "select measured from training_metrics where tenant_id = $1 and session_id = $2 and metric = $3 and epoch = "
                + "any($4) order by epoch");
        Identify(command, session);
        command.Parameters.Add(new() { Value = metric });
        command.Parameters.Add(new() { Value = epochs });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var times = new List<DateTimeOffset>();
        while (await reader.ReadAsync(ct))
        {
            times.Add(reader.GetFieldValue<DateTimeOffset>(0));
        }

        return times;
    }

    /// <summary>The SHA-256 of points in order of metric and epoch, in hex.</summary>
    public static string HashOf(IEnumerable<MetricPoint> points)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var point in points.OrderBy(point => point.Metric, StringComparer.Ordinal).ThenBy(point => point.Epoch))
        {
            hash.AppendData(
                Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{point.Metric}\t{point.Epoch}\t{point.Value:R}\n")));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Identify(TenantCommand command, StreamKey session)
    {
        command.Parameters.Add(new() { Value = session.Tenant });
        command.Parameters.Add(new() { Value = session.Id });
    }
}
