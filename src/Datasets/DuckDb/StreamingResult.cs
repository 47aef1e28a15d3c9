namespace EventSourcedAnomaly.Datasets.DuckDb;

/// <summary>A result whose batches are computed as they are asked for.</summary>
internal sealed class StreamingResult : IDisposable
{
    private NativeResult _result;

    private StreamingResult(NativeResult result) => _result = result;

    public static StreamingResult Of(nint statement, CancellationToken ct)
    {
        var failed = NativeMethods.PendingStreaming(statement, out var pending) != 0;
        try
        {
            if (failed)
                throw Connection.Error(NativeMethods.PendingError(pending));
            if (NativeMethods.ExecutePending(pending, out var result) == 0)
                return new StreamingResult(result);
            using var broken = new StreamingResult(result);
            throw broken.Failure(ct);
        }
        finally
        {
            NativeMethods.DestroyPending(ref pending);
        }
    }

    /// <summary>The next batch, or null at the end.</summary>
    public Batch? Next(CancellationToken ct)
    {
        var chunk = NativeMethods.FetchChunk(_result);
        if (chunk != 0)
            return new Batch(chunk);
        return NativeMethods.ResultError(ref _result) == 0 ? null : throw Failure(ct);
    }

    public void Dispose() => NativeMethods.DestroyResult(ref _result);

    private Exception Failure(CancellationToken ct)
    {
        var error = Connection.Error(NativeMethods.ResultError(ref _result));
        return error.IsInterrupt && ct.IsCancellationRequested ? new OperationCanceledException(ct) : error;
    }
}
