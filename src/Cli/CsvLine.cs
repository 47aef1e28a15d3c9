using System.Text;

namespace EventSourcedAnomaly.Cli;

/// <summary>
/// The fields of one line of CSV (RFC 4180), without their quotes. A quoted field may hold commas and doubled quotes, but no line break.
/// </summary>
internal static class CsvLine
{
    /// <exception cref="CsvException">A quoted field does not end in this line.</exception>
    public static string[] Split(string path, int line, string text)
    {
        if (!text.Contains('"', StringComparison.Ordinal)) return Array.ConvertAll(text.Split(','), field => field.Trim());
        var fields = new List<string>();
        var field = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                var isDoubled = isQuoted && i + 1 < text.Length && text[i + 1] == '"';
                if (isDoubled) field.Append(text[++i]);
                else isQuoted = !isQuoted;
            }
            else if (text[i] == ',' && !isQuoted)
            {
                fields.Add(field.ToString().Trim());
                field.Clear();
            }
            else
            {
                field.Append(text[i]);
            }
        }
        if (isQuoted) throw new CsvException($"{path} line {line}: a quoted field does not end in its line");
        fields.Add(field.ToString().Trim());
        return [.. fields];
    }
}
