namespace EventSourcedAnomaly.Datasets.Sources;

/// <summary>What every table's column names must be: different, not too many; where one is missing, it is made.</summary>
internal static class ColumnNames
{
    public static void CheckCount(int count, ReadLimits limits)
    {
        if (count > limits.MaxColumns)
            throw DatasetException.OfFile(DatasetError.TooManyColumns,
                $"The file has {count:N0} columns; at most {limits.MaxColumns:N0} are taken.");
    }

    /// <summary>The names, with <c>column0</c>, <c>column1</c>, … by position where there is none.</summary>
    /// <param name="names">As the file has them.</param>
    /// <param name="made">Receives the names that were made.</param>
    /// <exception cref="DatasetException">Two columns have one name.</exception>
    public static IReadOnlyList<string> Complete(IReadOnlyList<string?> names, out IReadOnlyList<string> made)
    {
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
        {
            if (!string.IsNullOrWhiteSpace(names[i]) && !positions.TryAdd(names[i]!, i))
            {
                throw DatasetException.OfFile(
                    DatasetError.DuplicateColumn, $"Columns {positions[names[i]!] + 1} and {i + 1} are both named '{names[i]}'.");
            }
        }
        var complete = new string[names.Count];
        var added = new List<string>();
        for (var i = 0; i < complete.Length; i++)
        {
            complete[i] = string.IsNullOrWhiteSpace(names[i]) ? Made(i, positions) : names[i]!;
            if (string.IsNullOrWhiteSpace(names[i]))
                added.Add(complete[i]);
        }
        made = added;
        return complete;
    }

    /// <summary>A name for a column without one, which no other column has.</summary>
    public static string Made(int position, Dictionary<string, int> taken)
    {
        var name = $"column{position}";
        while (!taken.TryAdd(name, position))
            name += "_";
        return name;
    }
}
