namespace EventSourcedAnomaly.Datasets.Sources;

/// <summary>What every table's column names must be: present, different, not too many.</summary>
internal static class ColumnNames
{
    public static void CheckCount(int count, ReadLimits limits)
    {
        if (count > limits.MaxColumns)
            throw DatasetException.OfFile(DatasetError.TooManyColumns,
                $"The file has {count:N0} columns; at most {limits.MaxColumns:N0} are taken.");
    }

    public static void Check(IReadOnlyList<string> names)
    {
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(names[i]))
                throw DatasetException.OfFile(DatasetError.UnnamedColumn, $"Column {i + 1} has no name.");
            if (!positions.TryAdd(names[i], i))
            {
                throw DatasetException.OfFile(
                    DatasetError.DuplicateColumn, $"Columns {positions[names[i]] + 1} and {i + 1} are both named '{names[i]}'.");
            }
        }
    }
}
