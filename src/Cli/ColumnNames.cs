namespace EventSourcedAnomaly.Cli;

/// <summary>Finds columns by their names.</summary>
internal static class ColumnNames
{
    /// <summary>
    /// The place of a name, or -1. Case and spaces around it are forgiven where only one column is of that name without them.
    /// </summary>
    public static int Find(IReadOnlyList<string> columns, string name)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (string.Equals(columns[i], name, StringComparison.Ordinal)) return i;
        }
        var alike = Enumerable.Range(0, columns.Count)
            .Where(i => string.Equals(columns[i].Trim(), name.Trim(), StringComparison.OrdinalIgnoreCase)).ToArray();
        return alike.Length == 1 ? alike[0] : -1;
    }
}
