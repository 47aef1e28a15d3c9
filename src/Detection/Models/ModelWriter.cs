using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace EventSourcedAnomaly.Detection.Models;

/// <summary>Writes a model's numbers little-endian, one after the other; <see cref="ModelReader"/> reads them in the same order.</summary>
internal sealed class ModelWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public void Int(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
    }

    public void Double(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
    }

    public void Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Int(value.Length);
        _buffer.Write(value);
    }

    /// <summary>An array of <see cref="int"/>, <see cref="float"/> or <see cref="double"/>, preceded by its length.</summary>
    public void Array<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        Int(values.Length);
        _buffer.Write(MemoryMarshal.AsBytes(values));
    }

    public void Array<T>(T[] values) where T : unmanaged => Array<T>(values.AsSpan());

    public void Table(Matrix table)
    {
        Int(table.Rows);
        Int(table.Columns);
        Array(table.Values);
    }

    public void Raw(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);
}
