using System.Text;
using EventSourcedAnomaly.Datasets.Sources.Text;

namespace EventSourcedAnomaly.Datasets.Sources.Csv;

/// <summary>
/// Whether the first record of a CSV file names the columns: it does where its cells are of another kind than those below them, as a word
/// above numbers or a date above decimals is.
/// </summary>
/// <param name="IsPresent">Whether it is taken for names.</param>
/// <param name="IsDoubtful">Whether it might as well be otherwise.</param>
/// <param name="UnnamedIndexColumns">1 where the rows have one field more than the header, as R writes its row names; else 0.</param>
internal sealed record CsvHeader(bool IsPresent, bool IsDoubtful, int UnnamedIndexColumns)
{
    private const int SampleRecords = 100;
    private const int SampleFields = 1 << 14;
    private const int FewRecords = 3;
    private const CellKinds Nothing = CellKinds.Missing;

    private const CellKinds Reals = CellKinds.Decimal | CellKinds.PointGroup | CellKinds.DecimalComma | CellKinds.Grouped
        | CellKinds.CommaGroup | CellKinds.Enormous;

    private const CellKinds Numbers = Reals | CellKinds.Integer | CellKinds.Spaced;

    /// <summary>A header of which is known whether it is there.</summary>
    public static CsvHeader Stated(ReadOnlySpan<byte> text, bool isWhole, char delimiter, bool isPresent) =>
        new(isPresent, IsDoubtful: false, isPresent && Sample.Of(text, isWhole, delimiter) is { } sample ? sample.IndexColumns : 0);

    public static CsvHeader Detect(ReadOnlySpan<byte> text, bool isWhole, char delimiter)
    {
        if (Sample.Of(text, isWhole, delimiter) is not { } sample)
            return new CsvHeader(IsPresent: true, IsDoubtful: false, UnnamedIndexColumns: 0);
        var (isPresent, isDoubtful) = sample.Judge();
        return new CsvHeader(isPresent, isDoubtful, isPresent ? sample.IndexColumns : 0);
    }

    /// <summary>The first record, and the kinds of the cells below it.</summary>
    private sealed class Sample
    {
        private string[] _first = [];
        private CellKinds[] _kinds = [];
        private CellKinds[] _below = [];
        private bool[] _recurs = [];
        private int _records;
        private bool _isWider = true;
        private bool _hasEmptyEdge;

        public int IndexColumns => _records > 0 && _isWider && !_hasEmptyEdge ? 1 : 0;

        public static Sample? Of(ReadOnlySpan<byte> text, bool isWhole, char delimiter)
        {
            var record = new CsvRecord((byte)delimiter, SampleFields);
            Sample? sample = null;
            while (sample?._records is null or < SampleRecords && !text.IsEmpty && record.Read(text, isWhole) == RecordEnd.Complete)
            {
                if (!record.IsBlank && sample is null)
                    sample = First(text, record);
                else if (!record.IsBlank)
                    sample!.Add(text, record);
                text = text[record.Length..];
            }
            return sample;
        }

        public (bool IsPresent, bool IsDoubtful) Judge()
        {
            int words = 0, values = 0, reals = 0, strong = 0, weak = 0;
            for (var j = 0; j < _kinds.Length; j++)
            {
                var below = _below[j + IndexColumns];
                var kind = _kinds[j];
                if (kind is Nothing or CellKinds.Marker or CellKinds.NonFinite)
                    continue;
                if (kind is CellKinds.Text && (below is Nothing || (below & CellKinds.Text) != Nothing))
                    words++;
                else if (kind is CellKinds.Text || ((below & CellKinds.Text) == Nothing && below != Nothing && Differ(kind, below)))
                    strong++;
                else if (kind is CellKinds.Integer && below != Nothing && (below & ~Reals) == Nothing)
                    weak++;
                else
                    (values, reals) = (values + 1, reals + ((kind & Reals) != Nothing ? 1 : 0));
            }
            if (_records == 0 || values + weak + strong == 0)
                return (values + weak == 0 && words + strong > 0, values + weak == 0 && _recurs.Contains(true));
            if (strong > 0)
                return Repeats && values > 0 ? (false, false) : (reals == 0, reals > 0 || values >= strong);
            if (weak > 0)
                return values == 0 && !Repeats && (words > 0 || Step is not null) ? (true, _records < FewRecords) : (false, !Repeats);
            return (false, reals == 0 && !Repeats && (words > 0 ? !_recurs.Contains(true) : LooksLikeNames));
        }

        private static bool Differ(CellKinds kind, CellKinds below) =>
            (kind & Numbers) != Nothing ? (below & Numbers) == Nothing && below != CellKinds.NonFinite : (below & kind) == Nothing;

        private bool Repeats => _first.Distinct(StringComparer.Ordinal).Count() < _first.Length;

        /// <summary>How far apart whole numbers in the first record are, where they are evenly so.</summary>
        private long? Step
        {
            get
            {
                var numbers = _first.Select(cell => long.TryParse(cell, out var number) ? number : (long?)null).ToArray();
                if (numbers.Length < 2 || numbers.Any(number => number is null))
                    return null;
                var step = numbers[1]!.Value - numbers[0]!.Value;
                return step > 0 && numbers.Zip(numbers.Skip(1)).All(pair => pair.Second - pair.First == step) ? step : null;
            }
        }

        /// <summary>Years in a row, or the numbers that a program gives to columns without names.</summary>
        private bool LooksLikeNames =>
            Step == 1 && (_first[0] == "0" ? _first.Length >= FewRecords : _first[0].Length == 4 && _first[0][..2] is ("19" or "20"));

        private static Sample First(ReadOnlySpan<byte> text, CsvRecord record)
        {
            var count = Math.Min(record.FieldCount, SampleFields);
            var sample = new Sample
            {
                _first = new string[count],
                _kinds = new CellKinds[count],
                _below = new CellKinds[count + 1],
                _recurs = new bool[count],
            };
            for (var i = 0; i < count; i++)
            {
                sample._first[i] = Encoding.UTF8.GetString(text[record.Field(i)]);
                sample._kinds[i] = CellKind.Of(text[record.Field(i)]);
            }
            return sample;
        }

        private void Add(ReadOnlySpan<byte> text, CsvRecord record)
        {
            _records++;
            _isWider &= record.FieldCount == _first.Length + 1;
            for (var i = 0; i < Math.Min(record.FieldCount, _below.Length); i++)
            {
                var cell = text[record.Field(i)];
                var kind = CellKind.Of(cell);
                _below[i] |= kind & ~CellKinds.Marker;
                if (i < _first.Length && kind is CellKinds.Text && Encoding.UTF8.GetString(cell) == _first[i])
                    _recurs[i] = true;
                _hasEmptyEdge |= kind is Nothing && (i == 0 || i == _first.Length) && _isWider;
            }
        }
    }
}
