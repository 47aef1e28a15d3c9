using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace EventSourcedAnomaly.Detection.Models;

/// <summary>Reads what <see cref="ModelWriter"/> wrote.</summary>
/// <exception cref="InvalidDataException">The bytes end early or a length is negative.</exception>
internal ref struct ModelReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    public string Text() => Encoding.UTF8.GetString(Bytes());

    public ReadOnlySpan<byte> Bytes() => Take(Int());

    public T[] Array<T>() where T : unmanaged
    {
        var length = Int();
        return MemoryMarshal.Cast<byte, T>(Take((long)length * Unsafe.SizeOf<T>())).ToArray();
    }

    /// <summary>A number of items that follow, each of at least so many bytes.</summary>
    public int Count(int leastBytes)
    {
        var count = Int();
        return count >= 0 && (long)count * leastBytes <= _rest.Length
            ? count
            : throw new InvalidDataException($"the model ends early: {count} items expected, {_rest.Length} bytes left");
    }

    public Matrix Table()
    {
        var rows = Int();
        var columns = Int();
        return new Matrix(rows, columns, Array<double>());
    }

    public ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > _rest.Length)
            throw new InvalidDataException($"the model ends early: {count} bytes expected, {_rest.Length} left");
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
