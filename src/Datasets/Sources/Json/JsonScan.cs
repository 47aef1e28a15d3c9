using System.Text;
using System.Text.Json;
using EventSourcedAnomaly.Datasets.Sources.Text;

namespace EventSourcedAnomaly.Datasets.Sources.Json;

/// <summary>
/// Reads a JSON file once from end to end: checks that it is a table (an array of flat objects, or flat objects one after the other) and
/// finds the type of every column from all of its values. DuckDB then parses it without guessing, and never sees deep nesting.
/// </summary>
internal sealed class JsonScan
{
    /// <summary>The longest object.</summary>
    public const int MaxRecordBytes = 1 << 20;

    private const int BufferBytes = 4 * MaxRecordBytes;
    private readonly ReadLimits _limits;
    private readonly Utf8Check _utf8 = new();
    private readonly List<byte[]> _keys = [];
    private readonly List<string> _names = [];
    private readonly List<ColumnTally> _tallies = [];
    private readonly List<long> _lastRows = [];
    private readonly Dictionary<string, int> _positions = new(StringComparer.OrdinalIgnoreCase);
    private int _column = -1;
    private long _rows;
    private long _consumed;
    private long _rowStart;

    private JsonScan(ReadLimits limits) => _limits = limits;

    public IReadOnlyList<string> Names => _names;

    public IReadOnlyList<ColumnTally> Tallies => _tallies;

    public long RowCount => _rows;

    public static JsonScan Of(string path, ReadLimits limits, CancellationToken ct)
    {
        var scan = new JsonScan(limits);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            scan.Run(file, ct);
        }
        catch (JsonException e)
        {
            throw DatasetException.OfFile(DatasetError.Unreadable, $"The file is not valid JSON: {e.Message}");
        }
        scan.CheckResult();
        return scan;
    }

    private void Run(FileStream file, CancellationToken ct)
    {
        var buffer = new byte[BufferBytes];
        var state = new JsonReaderState(new JsonReaderOptions { AllowMultipleValues = true });
        int filled = 0, valid = 0;
        var isFirst = true;
        for (var isLast = false; !isLast;)
        {
            ct.ThrowIfCancellationRequested();
            if (filled == buffer.Length)
                throw TooLong();
            var read = file.ReadAtLeast(buffer.AsSpan(filled), buffer.Length - filled, throwOnEndOfStream: false);
            isLast = filled + read < buffer.Length;
            filled += read;
            valid += _utf8.Advance(buffer.AsSpan(valid, filled - valid), isLast);
            var start = isFirst && buffer.AsSpan(0, valid).StartsWith("\uFEFF"u8) ? 3 : 0;
            isFirst = false;
            if (buffer.AsSpan(start, valid - start).ContainsAnyExcept(" \t\r\n"u8) || _rows > 0)
            {
                var reader = new Utf8JsonReader(buffer.AsSpan(start, valid - start), isLast, state);
                ReadTokens(ref reader);
                state = reader.CurrentState;
                start += (int)reader.BytesConsumed;
            }
            _consumed += start;
            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
            valid -= start;
        }
    }

    private void ReadTokens(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
            var isInRow = _rowStart > 0;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject when !isInRow:
                    BeginRow(_consumed + reader.TokenStartIndex);
                    break;
                case JsonTokenType.EndObject:
                    EndRow(_consumed + reader.TokenStartIndex);
                    break;
                case JsonTokenType.StartArray or JsonTokenType.EndArray when !isInRow && reader.CurrentDepth == 0:
                    break;
                case JsonTokenType.PropertyName:
                    _column = ColumnOf(ref reader);
                    break;
                default:
                    if (!isInRow)
                        throw DatasetException.OfFile(DatasetError.Nested,
                            "The rows of a JSON file must be objects, like {\"name\": 1.5}.");
                    _tallies[_column].Add(KindOf(ref reader), _rows, line: 0);
                    break;
            }
        }
    }

    private void BeginRow(long position)
    {
        // Positions count from 1 here, so that 0 can say "between rows".
        _rowStart = position + 1;
        if (++_rows > _limits.MaxRows)
            throw DatasetException.OfFile(DatasetError.TooManyRows, $"The file has more than {_limits.MaxRows:N0} rows.");
    }

    private void EndRow(long position)
    {
        if (position - _rowStart > MaxRecordBytes)
            throw TooLong();
        _rowStart = 0;
        _column = -1;
    }

    /// <summary>The column of a key; rows mostly repeat the keys in one order, so the next one is tried first.</summary>
    private int ColumnOf(ref Utf8JsonReader reader)
    {
        var column = _column + 1;
        if (column >= _keys.Count || !reader.ValueTextEquals(_keys[column]))
        {
            var name = reader.GetString()!;
            if (!_positions.TryGetValue(name, out column))
                column = AddColumn(name);
            else if (!string.Equals(_names[column], name, StringComparison.Ordinal))
                throw DatasetException.OfFile(DatasetError.DuplicateColumn,
                    $"The keys '{_names[column]}' and '{name}' differ in case only.");
        }
        if (_lastRows[column] == _rows)
            throw DatasetException.OfFile(DatasetError.DuplicateColumn, $"Row {_rows} has the key '{_names[column]}' twice.");
        _lastRows[column] = _rows;
        return column;
    }

    private int AddColumn(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw DatasetException.OfFile(DatasetError.UnnamedColumn, $"Row {_rows} has a key without a name.");
        if (_names.Count == _limits.MaxColumns)
            throw DatasetException.OfFile(DatasetError.TooManyColumns, $"The file has more than {_limits.MaxColumns:N0} columns.");
        _positions.Add(name, _names.Count);
        _names.Add(name);
        _keys.Add(Encoding.UTF8.GetBytes(name));
        _tallies.Add(new ColumnTally());
        _lastRows.Add(0);
        return _names.Count - 1;
    }

    private CellKinds KindOf(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => CellKinds.Missing,
        JsonTokenType.True or JsonTokenType.False => CellKinds.Boolean,
        JsonTokenType.Number => CellKind.Of(reader.ValueSpan),
        JsonTokenType.String => TimestampText.IsValid(reader.ValueSpan) ? CellKinds.Timestamp : CellKinds.Text,
        _ => throw DatasetException.OfFile(
            DatasetError.Nested, $"Row {_rows}, column '{_names[_column]}' is nested; expected a number, true, false, text or null."),
    };

    private void CheckResult()
    {
        if (_rows == 0 && _consumed == 0)
            throw DatasetException.OfFile(DatasetError.Empty, "The file holds nothing but blank lines.");
        if (_rows == 0 || _names.Count == 0)
            throw DatasetException.OfFile(DatasetError.NoRows, "The file has no rows with values.");
        for (var i = 0; i < _tallies.Count; i++)
        {
            if (_tallies[i].HasNonFiniteNumber)
                throw NonFiniteCell.Error(_names[i], _tallies[i].FirstNonFiniteRow, where: "");
        }
    }

    private DatasetException TooLong() =>
        DatasetException.OfFile(DatasetError.TooLarge, $"Row {Math.Max(_rows, 1)} is longer than {MaxRecordBytes:N0} bytes.");
}
