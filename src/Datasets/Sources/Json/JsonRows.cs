using System.Buffers;

namespace EventSourcedAnomaly.Datasets.Sources.Json;

/// <summary>Collects the values of an object, whatever order its keys come in, and writes them as a row.</summary>
internal sealed class JsonRows(CanonicalFile target, int columns)
{
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly Range?[] _cells = new Range?[columns];

    /// <summary>Takes the value of a key.</summary>
    public void Add(int column, ReadOnlySpan<byte> value)
    {
        var start = _text.WrittenCount;
        _text.Write(value);
        _cells[column] = start.._text.WrittenCount;
    }

    public void EndRow()
    {
        for (var i = 0; i < _cells.Length; i++)
        {
            if (_cells[i] is { } range)
                target.Add(i, _text.WrittenSpan[range], isDoubled: false, isPresent: true);
            else
                target.Add(i, [], isDoubled: false, isPresent: false);
        }
        target.EndRow();
        _text.ResetWrittenCount();
        Array.Clear(_cells);
    }
}
