using System.Globalization;
using DuckDB.NET.Data;
using EventSourcedAnomaly.Datasets.DuckDb;
using EventSourcedAnomaly.Datasets.Sources;
using EventSourcedAnomaly.Datasets.Sources.Text;

namespace EventSourcedAnomaly.Datasets;

/// <summary>What in a text column looks like numbers, times or missing values, and was not understood.</summary>
internal sealed class UnreadText
{
    private const int SpellingsShown = 5;
    private const string Number = @"[+-]?[0-9][0-9., ''’\x{00A0}\x{202F}\x{2009}]*";

    /// <summary>Forms of values, and what a person is to do about them; RE2, matched against the whole cell.</summary>
    private static readonly (string Type, string What, string Pattern, string Advice)[] Forms =
    [
        ("unread_numbers", "percentages", $@"{Number}\s*[%‰]", "write them as plain numbers, and the unit into the column's name"),
        ("unread_numbers", "amounts of money",
            $@"[+-]?\s*(\p{{Sc}}|[A-Z]{{3}})\s*{Number}|{Number}\s*(\p{{Sc}}|EUR|USD|GBP|CHF|JPY|CNY|INR|kr|zł|Kč)(\s*-)?",
            "write them as plain numbers, and the currency into the column's name"),
        ("unread_numbers", "hexadecimal, octal or binary numbers", "[+-]?0[xX][0-9A-Fa-f]+|0[bB][01]+|0[oO][0-7]+",
            "write them in decimal digits"),
        ("unread_numbers", "negative numbers with a minus behind, in parentheses or of another sign",
            $@"\({Number}\)|[0-9][0-9.,]*-|[−–]\s*[0-9][0-9.,]*", "write the minus as '-' in front"),
        ("unread_times", "dates in another form than year-month-day",
            @"[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4}([ T,].*)?|[0-9]{4}/[0-9]{1,2}(/[0-9]{1,2})?"
            + @"|[0-9]{4}-[0-9]{1,2}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{1,2}"
            + @"|([A-Za-z]{3,9},?\s+)?[0-9]{1,2}[ -][A-Za-z]{3,9}\.?[ -][0-9]{2,4}([ T:,].*)?"
            + @"|([A-Za-z]{3},?\s+)?[A-Za-z]{3,9}\.? [0-9]{1,2},? .*[0-9]{4}.*|[0-9]{8}T[0-9]{2,6}.*|[0-9]{4}-W[0-9]{2}.*",
            "write times in ISO 8601, like 2024-02-29T12:30:15Z"),
        ("unread_times", "times of day or durations",
            @"[+-]?([0-9]+ days?,? )?[0-9]{1,3}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?( ?[AaPp]\.?[Mm]\.?)?",
            "write the whole date in ISO 8601, or a number of seconds"),
        ("unread_numbers", "numbers in a notation that the rest of the column contradicts", Number,
            "write all numbers of a column in one notation"),
        ("unread_numbers", "numbers with a unit", $@"{Number}\s*[A-Za-zµμ°Ω/²³]{{1,8}}[0-9]?|[<>≤≥~≈]=?\s*{Number}",
            "write them as plain numbers, and the unit into the column's name"),
    ];

    private UnreadText(string column) => Column = column;

    public string Column { get; }

    /// <summary>How many cells are in the smaller camp: those that read as numbers, or those that do not.</summary>
    public long Minority { get; private init; }

    /// <summary>The first cell of the smaller camp.</summary>
    public string MinorityExample { get; private init; } = "";

    /// <summary>How many cells are not of the form that the column is in, or would be if it were understood.</summary>
    public long Inconsistent { get; private init; }

    /// <summary>What is to be said of the column.</summary>
    public IReadOnlyList<ReadingRemark> Remarks { get; private init; } = [];

    /// <param name="connection">Where the table is.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="position">Its position, from 0.</param>
    /// <param name="present">How many of its cells hold a value.</param>
    /// <param name="ct">Stops the reading.</param>
    public static UnreadText Of(DuckDBConnection connection, string name, int position, long present, CancellationToken ct)
    {
        var counts = Count(connection, position, ct);
        var numbers = counts["number"];
        var minority = Math.Min(numbers, present - numbers);
        var example = minority == 0 ? "" : Spellings(connection, position,
            numbers <= present - numbers ? "kind = 'number'" : "kind <> 'number'", ct)[0].Spelling;
        var remarks = new List<ReadingRemark>();
        var markers = Spellings(connection, position, "kind = 'marker'", ct);
        if (markers.Count > 0)
            remarks.Add(MarkersInText(name, markers));
        if (numbers == present)
            remarks.Add(NumbersAsText(name, present));
        var unread = Enumerable.Range(0, Forms.Length).Sum(i => counts.GetValueOrDefault($"form{i}"));
        // Words that hold a date or a percentage here and there are words.
        var isUnread = unread > 0 && 2 * (unread + numbers + markers.Sum(m => m.Count)) >= present;
        for (var i = 0; isUnread && i < Forms.Length; i++)
        {
            if (counts.GetValueOrDefault($"form{i}") is > 0 and var count)
                remarks.Add(NotUnderstood(name, Forms[i], count, Spellings(connection, position, $"kind = 'form{i}'", ct)));
        }
        return new UnreadText(name)
        {
            Minority = minority,
            MinorityExample = example,
            Inconsistent = isUnread ? Math.Max(minority, unread) : numbers == present ? present : minority,
            Remarks = remarks,
        };
    }

    private static Dictionary<string, long> Count(DuckDBConnection connection, int position, CancellationToken ct)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal) { ["number"] = 0 };
        foreach (var row in connection.Query($"SELECT kind, count(*) FROM {Kinds(position)} GROUP BY kind", ct))
            counts[row.GetString(0)] = row.GetInt64(1);
        return counts;
    }

    private static List<SpellingCount> Spellings(DuckDBConnection connection, int position, string condition, CancellationToken ct) =>
        [.. connection.Query(
            $"SELECT left(v, 60), count(*) AS n FROM {Kinds(position)} WHERE {condition} GROUP BY ALL ORDER BY n DESC, min(r) "
            + $"LIMIT {SpellingsShown}", ct).Select(row => new SpellingCount(row.GetString(0), row.GetInt64(1)))];

    /// <summary>Every cell with its kind.</summary>
    private static string Kinds(int position)
    {
        var markers = string.Join(", ", MissingMarkers.All.Order(StringComparer.Ordinal).Select(m => Sql.Text(m.ToUpperInvariant())));
        var forms = Forms.Select((form, i) => $"WHEN regexp_full_match(v, {Pattern(form.Pattern)}) THEN 'form{i}'");
        return $"(SELECT v, r, CASE WHEN TRY_CAST(v AS DOUBLE) IS NOT NULL THEN 'number' WHEN upper(v) IN ({markers}) THEN 'marker' "
            + $"WHEN strlen(v) > 60 OR NOT regexp_matches(v, '[0-9]') THEN 'word' {string.Join(' ', forms)} ELSE 'word' END AS kind "
            + $"FROM (SELECT trim(c{position}) AS v, rowid AS r FROM {Table.Name} WHERE c{position} IS NOT NULL))";
    }

    // The patterns double their quotes already.
    private static string Pattern(string pattern) => $"'{pattern}'";

    private static ReadingRemark MarkersInText(string column, List<SpellingCount> markers) => new(
        ReadingRemark.MissingType, column, markers.Sum(m => m.Count),
        $"Column '{column}' is text, so {SpellingCount.Say(markers)} stay words; leave the cells empty if they are missing values",
        markers);

    private static ReadingRemark NumbersAsText(string column, long count) => new(
        "numbers_as_text", column, count,
        $"Column '{column}' holds nothing but numbers, but the file has them as text, so they are categories; write them as numbers");

    private static ReadingRemark NotUnderstood(
        string column, (string Type, string What, string Pattern, string Advice) form, long count, List<SpellingCount> spellings) => new(
        form.Type, column, count,
        string.Create(CultureInfo.InvariantCulture, $"Column '{column}' is text: {count} cells are {form.What}, ")
        + $"which were not understood: {SpellingCount.Say(spellings)}; {form.Advice}", spellings);
}
