using System.Text;
using System.Text.Json;
using EventSourcedAnomaly.Datasets.Sources.Text;

namespace EventSourcedAnomaly.Datasets.Sources.Json;

/// <summary>
/// Reads a JSON file once from end to end: checks that it is a table (an array of flat objects, or flat objects one after the other) and
/// finds the type of every column from all of its values; on a second reading it hands the values on.
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
    private readonly JsonRows? _target;
    private readonly List<string> _made = [];
    private byte[] _unescaped = [];

    private JsonScan(ReadLimits limits, JsonRows? target) => (_limits, _target) = (limits, target);

    public IReadOnlyList<string> Names => _names;

    public IReadOnlyList<ColumnTally> Tallies => _tallies;

    public long RowCount => _rows;

    /// <summary>What is to be said of the names.</summary>
    public IReadOnlyList<ReadingRemark> Remarks => _made.Count > 0 ? [ReadingRemark.Unnamed(_made)] : [];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, in UTF-8.</param>
    /// <param name="limits">What it may cost.</param>
    /// <param name="rows">Receives the values, on a reading after the first.</param>
    /// <param name="ct">Stops the reading.</param>
    public static JsonScan Of(string path, ReadLimits limits, JsonRows? rows, CancellationToken ct)
    {
        var scan = new JsonScan(limits, rows);
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
                    Take(ref reader);
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
        _target?.EndRow();
    }

    private void Take(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
            throw DatasetException.OfFile(
                DatasetError.Nested, $"Row {_rows}, column '{_names[_column]}' is nested; expected a number, true, false, text or null.");
        if (reader.TokenType is JsonTokenType.Null)
            return;
        var value = reader.ValueIsEscaped ? Unescaped(ref reader) : reader.ValueSpan;
        if (_target is null)
            _tallies[_column].Add(KindOf(reader.TokenType, value), value, _rows, line: 0);
        else
            _target.Add(_column, value);
    }

    private ReadOnlySpan<byte> Unescaped(ref Utf8JsonReader reader)
    {
        if (_unescaped.Length < reader.ValueSpan.Length)
            _unescaped = new byte[reader.ValueSpan.Length];
        try
        {
            return _unescaped.AsSpan(0, reader.CopyString(_unescaped));
        }
        catch (InvalidOperationException)
        {
            throw DatasetException.OfFile(
                DatasetError.Encoding,
                $"Row {_rows}, column '{_names[_column]}' holds half of a surrogate pair (\\ud800 to \\udfff), which is no character.");
        }
    }

    /// <summary>The column of a key; rows mostly repeat the keys in one order, so the next one is tried first.</summary>
    private int ColumnOf(ref Utf8JsonReader reader)
    {
        var column = _column + 1;
        if (column >= _keys.Count || !reader.ValueTextEquals(_keys[column]))
        {
            var name = NameOf(ref reader);
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
        if (_names.Count == _limits.MaxColumns)
            throw DatasetException.OfFile(DatasetError.TooManyColumns, $"The file has more than {_limits.MaxColumns:N0} columns.");
        _positions.Add(name, _names.Count);
        _names.Add(string.IsNullOrWhiteSpace(name) ? $"column{_names.Count}" : name);
        if (string.IsNullOrWhiteSpace(name))
            _made.Add(_names[^1]);
        _keys.Add(Encoding.UTF8.GetBytes(name));
        _tallies.Add(new ColumnTally());
        _lastRows.Add(0);
        return _names.Count - 1;
    }

    private string NameOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw DatasetException.OfFile(
                DatasetError.Encoding, $"Row {_rows} has a key with half of a surrogate pair (\\ud800 to \\udfff), which is no character.");
        }
    }

    private static CellKinds KindOf(JsonTokenType token, ReadOnlySpan<byte> value) => token switch
    {
        JsonTokenType.True or JsonTokenType.False => CellKinds.Boolean,
        JsonTokenType.Number => CellKind.Of(value),
        _ when value.IsEmpty => CellKinds.Marker,
        _ => CellKind.Of(value) is (CellKinds.Timestamp or CellKinds.Marker) and var kind ? kind : CellKinds.Text,
    };

    private void CheckResult()
    {
        if (_rows == 0 && _consumed == 0)
            throw DatasetException.OfFile(DatasetError.Empty, "The file holds nothing but blank lines.");
        if (_rows == 0 || _names.Count == 0)
            throw DatasetException.OfFile(DatasetError.NoRows, "The file has no rows with values.");
    }

    private DatasetException TooLong() =>
        DatasetException.OfFile(DatasetError.TooLarge, $"Row {Math.Max(_rows, 1)} is longer than {MaxRecordBytes:N0} bytes.");
}
