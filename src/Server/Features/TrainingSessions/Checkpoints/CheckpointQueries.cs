using System.Text.Json;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;

/// <summary>Lists checkpoints and puts them as the Training contract shows them.</summary>
internal sealed class CheckpointQueries(TenantReads reads)
{
    private const double Mebibyte = 1 << 20;
    private const int Decimals = 6;

    /// <summary>A page of a tenant's checkpoints, or of one session's, newest first.</summary>
    public async Task<(IReadOnlyList<CheckpointBody> Checkpoints, long Total)> List(string tenant, string? session,
        Paging paging, CancellationToken ct)
    {
        await using var command = reads.CreateCommand(
            tenant,
            """
            select kept.one, s.id, s.data->'checkpoints'->>'metric', s.data->'checkpoints'->>'best', count(*) over ()
              from mt_doc_trainingsession s cross join lateral jsonb_array_elements(s.data->'checkpoints'->'all') kept (one)
             where s.tenant_id = $1 and ($2 = '' or s.id = $2)
             order by kept.one->>'saved_at' desc, kept.one->>'id' desc limit $3 offset $4
            """);
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = session ?? string.Empty });
        command.Parameters.Add(new() { Value = paging.Limit });
        command.Parameters.Add(new() { Value = paging.Offset });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var (found, total) = (new List<CheckpointBody>(), 0L);
        while (await reader.ReadAsync(ct))
        {
            var kept = JsonSerializer.Deserialize<RetainedCheckpoint>(reader.GetString(0), EventJson.Options)!;
            found.Add(Body(kept, reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.IsDBNull(3)
                ? null : reader.GetString(3)));
            total = reader.GetInt64(4);
        }

        return (found, total);
    }

    /// <summary>One of a session's checkpoints.</summary>
    public static CheckpointBody Body(TrainingSession session, RetainedCheckpoint kept) =>
        Body(kept, session.Made.Id, session.Checkpoints.Metric, session.Checkpoints.Best);

    /// <summary>Bytes in MB of 2^20 bytes.</summary>
    public static double Megabytes(long bytes) => Math.Round(bytes / Mebibyte, Decimals);

    private static CheckpointBody Body(RetainedCheckpoint kept, string session, string? metric, string? best)
    {
        var (name, value) = Shown(kept, metric);
        return new CheckpointBody(
            kept.Id, session, kept.Epoch, name, value, kept.Metrics, Megabytes(kept.Size), kept.Size, kept.FileName,
            $"/api/v1/checkpoints/{kept.Id}/download", kept.Sha256, kept.Id == best, kept.SavedAt);
    }

    // Where the session's deciding metric was not measured, what was measured says more than nothing.
    private static (string? Name, double? Value) Shown(RetainedCheckpoint kept, string? metric) =>
        kept.MetricValue is null && kept.Metrics.Count > 0 && kept.Metrics.MinBy(own => own.Key, StringComparer.Ordinal) is var first
            ? (first.Key, first.Value) : (metric, kept.MetricValue);
}

/// <summary>A checkpoint; the contract's fields, and what else is known. <paramref name="FilePath"/> is where it is downloaded.</summary>
internal sealed record CheckpointBody(
    string CheckpointId,
    string SessionId,
    int Epoch,
    string? MetricName,
    double? MetricValue,
    IReadOnlyDictionary<string, double> Metrics,
    double FileSizeMb,
    long FileSizeBytes,
    string FileName,
    string FilePath,
    string Sha256,
    bool IsBest,
    DateTimeOffset CreatedAt);
