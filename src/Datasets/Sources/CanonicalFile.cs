using System.Buffers.Text;
using EventSourcedAnomaly.Datasets.DuckDb;
using EventSourcedAnomaly.Datasets.Sources.Text;

namespace EventSourcedAnomaly.Datasets.Sources;

/// <summary>
/// A file of text rewritten so that DuckDB has nothing to decide: commas, line feeds, every text in quotes, every missing cell as an
/// unquoted <c>\N</c>, numbers with a decimal point, times as microseconds since 1970.
/// </summary>
internal sealed class CanonicalFile : IDisposable
{
    private const int BufferBytes = 1 << 20;
    private const int MaxNumberBytes = 32;
    private readonly FileStream _file;
    private readonly IReadOnlyList<ColumnReading> _readings;
    private byte[] _buffer = new byte[2 * BufferBytes];
    private int _length;

    public CanonicalFile(string path, IReadOnlyList<ColumnReading> readings)
    {
        Path = path;
        _readings = readings;
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    public string Path { get; }

    /// <summary>The query that reads such a file.</summary>
    public static string Query(string path, IReadOnlyList<ColumnReading> readings, int maxRecordBytes)
    {
        var types = string.Join(", ", readings.Select((r, i) =>
            $"'c{i}': '{(r.Type is ColumnType.Timestamp ? "BIGINT" : SqlTypes.Of(r.Type))}'"));
        var values = string.Join(", ", readings.Select((r, i) =>
            r.Type is ColumnType.Timestamp ? $"make_timestamp(c{i}) AS c{i}" : $"c{i}"));
        return $"SELECT {values} FROM read_csv({Sql.Text(path)}, auto_detect=false, header=false, delim=',', quote='\"', escape='\"', "
            + @"new_line='\n', nullstr='\N', allow_quoted_nulls=false, "
            + $"max_line_size={4 * maxRecordBytes}, buffer_size={16 * maxRecordBytes}, columns={{{types}}})";
    }

    /// <summary>Writes the next cell of a row.</summary>
    /// <param name="column">Its column, from 0; cells come in order.</param>
    /// <param name="cell">Its text.</param>
    /// <param name="isDoubled">Whether its quotes are written twice already.</param>
    /// <param name="isPresent">Whether there is a value, be it the empty text.</param>
    public void Add(int column, ReadOnlySpan<byte> cell, bool isDoubled, bool isPresent)
    {
        var needed = (2 * cell.Length) + MaxNumberBytes;
        if (_buffer.Length - _length < needed)
            Array.Resize(ref _buffer, _length + needed);
        if (column > 0)
            _buffer[_length++] = (byte)',';
        var reading = _readings[column];
        if (!isPresent || reading.IsEmpty)
            AddMissing();
        else if (reading.Type is ColumnType.Text)
            AddText(cell, isDoubled);
        else
            AddValue(cell.Trim((byte)' '), reading);
    }

    public void EndRow()
    {
        if (_buffer.Length == _length)
            Array.Resize(ref _buffer, _length + MaxNumberBytes);
        _buffer[_length++] = (byte)'\n';
        if (_length >= BufferBytes)
            Flush();
    }

    public void Dispose()
    {
        Flush();
        _file.Dispose();
    }

    private void AddText(ReadOnlySpan<byte> cell, bool isDoubled)
    {
        _buffer[_length++] = (byte)'"';
        if (isDoubled || !cell.Contains((byte)'"'))
        {
            cell.CopyTo(_buffer.AsSpan(_length));
            _length += cell.Length;
        }
        else
        {
            foreach (var character in cell)
            {
                if (character == '"')
                    _buffer[_length++] = character;
                _buffer[_length++] = character;
            }
        }
        _buffer[_length++] = (byte)'"';
    }

    private void AddValue(ReadOnlySpan<byte> cell, ColumnReading reading)
    {
        if (cell.IsEmpty || MissingMarkers.Contains(cell))
        {
            AddMissing();
        }
        else if (reading.Type is ColumnType.Timestamp)
        {
            if (!TimestampText.TryParse(cell, out var microseconds))
                throw new InvalidOperationException("A column of times holds something else on the second reading.");
            Utf8Formatter.TryFormat(microseconds, _buffer.AsSpan(_length), out var written);
            _length += written;
        }
        else if (reading.Notation is not NumberNotation.Point)
        {
            _length += NumberNotations.Normalize(cell, reading.Notation, _buffer.AsSpan(_length));
        }
        else
        {
            cell.CopyTo(_buffer.AsSpan(_length));
            _length += cell.Length;
        }
    }

    private void AddMissing()
    {
        _buffer[_length++] = (byte)'\\';
        _buffer[_length++] = (byte)'N';
    }

    private void Flush()
    {
        _file.Write(_buffer, 0, _length);
        _length = 0;
    }
}
