using System.Data;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Npgsql;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;

/// <summary>
/// The bytes of checkpoints, in parts that every silo can read, each part with its SHA-256. What nobody's event speaks of goes again:
/// whoever writes holds a lock that ends with the writer's connection, so what is not locked and not saved was given up.
/// </summary>
internal sealed class CheckpointBytes(AggregateStore aggregates, NpgsqlDataSource database, TenantReads reads,
    TrainingSessionQueries sessions, ServerSettings settings)
{
    /// <summary>The size of every part but the last.</summary>
    public const int PartSize = 1 << 20;

    /// <summary>Begins to write a file.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="id">The checkpoint.</param>
    /// <param name="expected">How many bytes will come at most, if that is known.</param>
    /// <param name="ct">Stops it.</param>
    /// <exception cref="Problem">There is no room for it.</exception>
    public async Task<CheckpointWriting> Begin(string tenant, string id, long expected, CancellationToken ct)
    {
        RequireRoom(expected);
        var connection = await database.OpenConnectionAsync(ct);
        var writing = new CheckpointWriting(connection, tenant, id, RequireRoom);
        try
        {
            await writing.Begin(ct);
            return writing;
        }
        catch
        {
            await writing.DisposeAsync();
            throw;
        }
    }

    /// <summary>The session that a checkpoint belongs to, or null.</summary>
    public async Task<string?> SessionOf(string tenant, string id, CancellationToken ct)
    {
        await using var command =
            reads.CreateCommand(tenant, "select session_id from checkpoint_files where tenant_id = $1 and checkpoint_id = $2");
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) && !reader.IsDBNull(0) ? reader.GetString(0) : null;
    }

    /// <summary>The SHA-256 of each part, in order.</summary>
    public async Task<IReadOnlyList<byte[]>> Hashes(string tenant, string id, CancellationToken ct)
    {
        await using var command =
            reads.CreateCommand(tenant, "select sha256 from checkpoint_parts where tenant_id = $1 and checkpoint_id = $2 order by part");
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var hashes = new List<byte[]>();
        while (await reader.ReadAsync(ct))
        {
            hashes.Add(reader.GetFieldValue<byte[]>(0));
        }

        return hashes;
    }

    /// <summary>Reads one part into a buffer of <see cref="PartSize"/>.</summary>
    /// <returns>Its length; 0 where it is gone.</returns>
    public async Task<int> Read(string tenant, string id, int part, Memory<byte> buffer, CancellationToken ct)
    {
        await using var command =
            reads.CreateCommand(tenant, "select data from checkpoint_parts where tenant_id = $1 and checkpoint_id = $2 and part = $3");
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = part });
        await using var reader = await command.ExecuteReaderAsync(ct, CommandBehavior.SequentialAccess);
        if (!await reader.ReadAsync(ct))
        {
            return 0;
        }

        await using var data = await reader.GetStreamAsync(0, ct);
        return await data.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
    }

    /// <summary>Removes a file.</summary>
    public async Task Delete(string tenant, string id, CancellationToken ct)
    {
        await using var command = database.CreateCommand("delete from checkpoint_files where tenant_id = $1 and checkpoint_id = $2");
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = id });
        command.CommandTimeout = CheckpointWriting.Patience;
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Removes the files of writers that did not live to save them.</summary>
    /// <returns>How many went.</returns>
    public async Task<int> Sweep(CancellationToken ct)
    {
        var removed = 0;
        foreach (var (tenant, id, session) in await Unsaved(ct))
        {
            await using var connection = await database.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            if (!await CheckpointWriting.TryLock(connection, tenant, id, ct))
            {
                continue;
            }

            var isSaved = session is not null
                && (await aggregates.Load<TrainingSession>(tenant, session, ct)).Checkpoints.All.Any(kept => kept.Id == id);
            await using var command = new NpgsqlCommand(
                isSaved
                    ? "update checkpoint_files set is_saved = true where tenant_id = $1 and checkpoint_id = $2"
                    : "delete from checkpoint_files where tenant_id = $1 and checkpoint_id = $2",
                connection)
            {
                Parameters = { new() { Value = tenant }, new() { Value = id } }, CommandTimeout = CheckpointWriting.Patience,
            };
            await command.ExecuteNonQueryAsync(ct);
            await transaction.CommitAsync(ct);
            removed += isSaved ? 0 : 1;
        }

        return removed;
    }

    /// <summary>A checkpoint that is kept, with its session.</summary>
    /// <exception cref="Problem">There is none.</exception>
    public async Task<(TrainingSession Session, RetainedCheckpoint Checkpoint)> Find(string tenant, string id, CancellationToken ct)
    {
        var session = await SessionOf(tenant, id, ct) ?? throw Problem.NotFound("checkpoint", id);
        var run = await sessions.Get(tenant, session, ct);
        return (run, run.Checkpoints.All.FirstOrDefault(kept => kept.Id == id) ?? throw Problem.NotFound("checkpoint", id));
    }

    private async Task<IReadOnlyList<(string Tenant, string Id, string? Session)>> Unsaved(CancellationToken ct)
    {
        await using var command =
            database.CreateCommand("select tenant_id, checkpoint_id, session_id from checkpoint_files where not is_saved order by created");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<(string, string, string?)>();
        while (await reader.ReadAsync(ct))
        {
            found.Add((reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2)));
        }

        return found;
    }

    // The log lies on the same disk and must go on: PostgreSQL stops where it cannot write ahead.
    private void RequireRoom(long bytes)
    {
        if (settings.ConnectionString is null && new DriveInfo(settings.DataDirectory).AvailableFreeSpace - bytes < settings.ReservedBytes)
        {
            throw new Problem(ProblemKind.NoRoom,
                "There is no room for this checkpoint on the server's disk; nothing of it was stored.", "file");
        }
    }
}
