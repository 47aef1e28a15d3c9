using System.Buffers;
using System.Security.Cryptography;
using EventSourcedAnomaly.Server.Domain;
using Npgsql;
using NpgsqlTypes;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;

/// <summary>A checkpoint's file while it is written, part by part in constant memory. What is not kept is removed in the end.</summary>
internal sealed class CheckpointWriting(NpgsqlConnection connection, string tenant, string id, Action<long> requireRoom) : IAsyncDisposable
{
    /// <summary>For how many seconds a large file may be removed.</summary>
    public const int Patience = 600;

    private readonly IncrementalHash _whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _parts = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _isBegun;
    private bool _isKept;
    private int _count;

    /// <summary>The checkpoint.</summary>
    public string Id => id;

    /// <summary>How many bytes are written.</summary>
    public long Size { get; private set; }

    /// <summary>Their SHA-256, in hex.</summary>
    public string Sha256 => Convert.ToHexStringLower(_whole.GetCurrentHash());

    /// <summary>The SHA-256 of the parts' SHA-256 one after another, in hex.</summary>
    public string PartsSha256 => Convert.ToHexStringLower(_parts.GetCurrentHash());

    /// <summary>Takes the writer's lock for the transaction of a connection, if nobody holds it.</summary>
    public static async Task<bool> TryLock(NpgsqlConnection connection, string tenant, string id, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_xact_lock(hashtextextended($1, 0))",
            connection)
        { Parameters = { new() { Value = Lock(tenant, id) } } };
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Locks, then says that there is a file.</summary>
    public async Task Begin(CancellationToken ct)
    {
        await Execute("select pg_advisory_lock(hashtextextended($1, 0))", ct, new NpgsqlParameter { Value = Lock(tenant, id) });
        _isBegun = true;
        await Execute("insert into checkpoint_files (tenant_id, checkpoint_id) values ($1, $2)", ct, Owner());
    }

    /// <summary>Writes all of a stream.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="most">More are refused.</param>
    /// <param name="ct">Stops it.</param>
    public async Task Write(Stream source, long most, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CheckpointBytes.PartSize);
        try
        {
            while (await source.ReadAtLeastAsync(buffer.AsMemory(0, CheckpointBytes.PartSize), CheckpointBytes.PartSize,
                throwOnEndOfStream: false, ct) is > 0 and var length)
            {
                if (Size + length > most)
                {
                    throw new Problem(ProblemKind.TooLarge, $"file: at most {most} bytes.", "file", $"at most {most} bytes");
                }

                requireRoom(length);
                await Put(buffer.AsMemory(0, length), ct);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Says to which session the file belongs, before that session's event speaks of it.</summary>
    public Task Assign(string sessionId, CancellationToken ct) =>
        Execute("update checkpoint_files set session_id = $3 where tenant_id = $1 and checkpoint_id = $2",
            ct, [.. Owner(), new() { Value = sessionId }]);

    /// <summary>Keeps it, since the session's event is there.</summary>
    public async Task Keep()
    {
        _isKept = true;
        await Execute("update checkpoint_files set is_saved = true where tenant_id = $1 and checkpoint_id = $2",
            CancellationToken.None, Owner());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _whole.Dispose();
        _parts.Dispose();
        await using (connection)
        {
            // A connection that broke has let the lock go; the sweep removes the file then.
            if (_isBegun && connection.State == System.Data.ConnectionState.Open)
            {
                await End();
            }
        }
    }

    private async Task End()
    {
        try
        {
            if (!_isKept)
            {
                await Execute("delete from checkpoint_files where tenant_id = $1 and checkpoint_id = $2", CancellationToken.None, Owner());
            }

            await Execute("select pg_advisory_unlock(hashtextextended($1, 0))", CancellationToken.None,
                new NpgsqlParameter { Value = Lock(tenant, id) });
        }
        catch (NpgsqlException)
        {
            // Why the writing ended is what matters to its caller; without its connection the file is unlocked, and the sweep removes it.
            NpgsqlConnection.ClearPool(connection);
        }
    }

    private async Task Put(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        var hash = SHA256.HashData(bytes.Span);
        _whole.AppendData(bytes.Span);
        _parts.AppendData(hash);
        await using var batch = connection.CreateBatch();
        // The log's commit of the event, which comes later, makes these durable with it.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("set local synchronous_commit = off"));
        var insert = new NpgsqlBatchCommand(
            "insert into checkpoint_parts (tenant_id, checkpoint_id, part, sha256, data) values ($1, $2, $3, $4, $5)");
        NpgsqlParameter[] parameters =
        [
            .. Owner(), new() { Value = _count }, new() { Value = hash },
            new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = bytes, NpgsqlDbType = NpgsqlDbType.Bytea },
        ];
        foreach (var parameter in parameters)
        {
            insert.Parameters.Add(parameter);
        }

        batch.BatchCommands.Add(insert);
        await batch.ExecuteNonQueryAsync(ct);
        _count++;
        Size += bytes.Length;
    }

    private async Task Execute(string sql, CancellationToken ct, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = Patience };
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        await command.ExecuteNonQueryAsync(ct);
    }

    private NpgsqlParameter[] Owner() => [new() { Value = tenant }, new() { Value = id }];

    private static string Lock(string tenant, string id) => $"checkpoint {tenant}/{id}";
}
