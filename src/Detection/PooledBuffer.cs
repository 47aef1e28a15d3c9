using System.Buffers;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Memory borrowed until it is disposed of, so that scoring leaves nothing to collect. It holds what the last borrower left.
/// </summary>
/// <param name="length">Elements.</param>
internal readonly ref struct PooledBuffer<T>(int length)
{
    public T[] Array { get; } = ArrayPool<T>.Shared.Rent(length);

    public Span<T> Span => Array.AsSpan(0, length);

    public void Dispose() => ArrayPool<T>.Shared.Return(Array);
}
