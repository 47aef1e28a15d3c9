using DuckDB.NET.Data;

namespace EventSourcedAnomaly.Datasets.DuckDb;

/// <summary>Statements on a connection, one after the other; a cancelled token interrupts the one that runs.</summary>
internal static class Statements
{
    /// <summary>Runs a statement to its end and forgets its rows.</summary>
    public static void Execute(this DuckDBConnection connection, string sql, CancellationToken ct = default)
    {
        foreach (var _ in connection.Query(sql, ct))
        {
        }
    }

    /// <summary>
    /// Runs a query and streams its rows in order: the reader stands on each of them in turn, and memory stays constant however long
    /// the result.
    /// </summary>
    public static IEnumerable<DuckDBDataReader> Query(this DuckDBConnection connection, string sql, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using var command = new DuckDBCommand(sql, connection) { UseStreamingMode = true };
        using var interruption = ct.Register(command.Cancel);
        using var reader = Cancellable(command.ExecuteReader, ct);
        while (Cancellable(reader.Read, ct))
            yield return reader;
    }

    /// <summary>The one number a query gives; 0 where it gives NULL.</summary>
    public static long Number(this DuckDBConnection connection, string sql, CancellationToken ct)
    {
        long number = 0;
        foreach (var row in connection.Query(sql, ct))
            number = row.IsDBNull(0) ? 0 : row.GetInt64(0);
        return number;
    }

    /// <summary>DuckDB.NET says that it was interrupted, but not by whom.</summary>
    private static T Cancellable<T>(Func<T> call, CancellationToken ct)
    {
        try
        {
            return call();
        }
        catch (OperationCanceledException e) when (ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, ct);
        }
    }
}
