using System.Runtime.InteropServices;

namespace EventSourcedAnomaly.Datasets.DuckDb;

/// <summary>One connection: statements run one after the other, and a cancelled token interrupts the one that runs.</summary>
internal sealed class Connection(nint handle) : IDisposable
{
    private nint _handle = handle;

    /// <summary>Runs a statement to its end and forgets its rows.</summary>
    public void Execute(string sql, CancellationToken ct = default)
    {
        foreach (var _ in Query(sql, ct))
        {
        }
    }

    /// <summary>
    /// Runs a query and streams its result in order; each batch is valid until the next is asked for, so memory stays constant
    /// however long the result.
    /// </summary>
    public IEnumerable<Batch> Query(string sql, CancellationToken ct)
    {
        using var interruption = ct.Register(() => NativeMethods.Interrupt(_handle));
        using var result = Start(sql, ct);
        while (result.Next(ct) is { } batch)
        {
            using (batch)
                yield return batch;
        }
    }

    /// <summary>The one number a query gives; 0 where it gives NULL.</summary>
    public long Number(string sql, CancellationToken ct)
    {
        long number = 0;
        foreach (var batch in Query(sql, ct))
            number = batch.IsNull(0, 0) ? 0 : batch.Values<long>(0)[0];
        return number;
    }

    public void Dispose() => NativeMethods.Disconnect(ref _handle);

    private StreamingResult Start(string sql, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var failed = NativeMethods.Prepare(_handle, sql, out var statement) != 0;
        try
        {
            if (failed)
                throw Error(NativeMethods.PrepareError(statement));
            return StreamingResult.Of(statement, ct);
        }
        finally
        {
            NativeMethods.DestroyPrepare(ref statement);
        }
    }

    internal static DuckDbException Error(nint message) => new(Marshal.PtrToStringUTF8(message) ?? "DuckDB failed without a message.");
}
