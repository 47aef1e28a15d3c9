using EventSourcedAnomaly.Datasets.Sources.Text;

namespace EventSourcedAnomaly.Datasets.Sources;

/// <summary>The columns of a file of text that was read once, and what is to be said of them.</summary>
/// <param name="Columns">Their names and types.</param>
/// <param name="Readings">How their cells are to be read.</param>
/// <param name="Remarks">What a person should know of the reading.</param>
internal sealed record ScannedColumns(
    IReadOnlyList<DatasetColumn> Columns, IReadOnlyList<ColumnReading> Readings, IReadOnlyList<ReadingRemark> Remarks)
{
    /// <summary>Settles what every column is from all of its cells.</summary>
    /// <param name="names">The columns' names.</param>
    /// <param name="tallies">What was met in each.</param>
    /// <param name="fallback">What a comma before three digits means where no column tells.</param>
    /// <exception cref="DatasetException">A column of numbers holds one that cannot be taken.</exception>
    public static ScannedColumns Of(IReadOnlyList<string> names, IReadOnlyList<ColumnTally> tallies, CommaMeaning fallback)
    {
        var (comma, point) = (tallies.Any(t => t.HasDecimalComma), tallies.Any(t => t.HasDecimalPoint));
        var usual = comma == point ? fallback : comma ? CommaMeaning.Decimal : CommaMeaning.Thousands;
        var readings = tallies.Select(t => t.Read(usual, comma && !point)).ToArray();
        var remarks = new List<ReadingRemark>();
        for (var i = 0; i < names.Count; i++)
        {
            if (readings[i] is { Type: ColumnType.Text, IsEmpty: false })
                continue;
            Check(names[i], tallies[i]);
            remarks.AddRange(RemarksOn(names[i], tallies[i], readings[i]));
        }
        return new ScannedColumns([.. names.Zip(readings, (name, reading) => new DatasetColumn(name, reading.Type))], readings, remarks);
    }

    private static void Check(string name, ColumnTally tally)
    {
        if (tally.FirstNonFinite is { } nonFinite)
            throw NonFiniteCell.Error(name, nonFinite);
        if (tally.FirstEnormous is { } enormous)
            throw NonFiniteCell.TooLarge(name, enormous);
    }

    private static IEnumerable<ReadingRemark> RemarksOn(string name, ColumnTally tally, ColumnReading reading)
    {
        if (tally.Markers.Count > 0)
            yield return ReadingRemark.Missing(name, tally.Markers);
        if (tally.LeadingZeros > 0)
            yield return ReadingRemark.LeadingZeros(name, tally.LeadingZeros);
        if (tally.FinerTimes > 0)
            yield return ReadingRemark.Shortened(name, tally.FinerTimes);
        if (reading.IsDoubtful)
            yield return ReadingRemark.Doubtful(name, reading.Notation);
        else if (reading.Notation is not NumberNotation.Point)
            yield return ReadingRemark.Written(name, reading.Notation);
    }
}
