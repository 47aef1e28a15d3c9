namespace EventSourcedAnomaly.Datasets.DuckDb;

/// <summary>DuckDB refused a statement; the message is its own.</summary>
internal sealed class DuckDbException(string message) : Exception(message)
{
    public bool IsInterrupt => Message.StartsWith("INTERRUPT", StringComparison.OrdinalIgnoreCase);
}
