using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Streaming;

/// <summary>The latest values of a stream, contiguous and oldest first. Appending costs O(1) on average.</summary>
internal sealed class RecentValues(int capacity)
{
    private double[] _buffer = new double[16];
    private int _start;
    private int _end;

    public int Length => _end - _start;

    public ReadOnlySpan<double> Values => _buffer.AsSpan(_start, Length);

    public void Append(double value)
    {
        if (Length == capacity) _start++;
        if (_end == _buffer.Length) MakeRoom();
        _buffer[_end++] = value;
    }

    public void Write(ModelWriter writer) => writer.Array(Values);

    public void Read(ref ModelReader reader)
    {
        _buffer = reader.Array<double>();
        (_start, _end) = (0, _buffer.Length);
    }

    /// <summary>Moves the values to the front of a buffer that is at least half empty afterwards.</summary>
    private void MakeRoom()
    {
        var room = Length > _buffer.Length / 2 ? new double[2 * Math.Max(_buffer.Length, 8)] : _buffer;
        Values.CopyTo(room);
        (_end, _start, _buffer) = (Length, 0, room);
    }
}
