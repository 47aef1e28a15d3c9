using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EventSourcedAnomaly.Detection.Numerics;

/// <summary>
/// Looks sixteen values up in an ascending list at once: bisection without branches, whose loads do not wait for each other.
/// </summary>
internal static class SortedSearch
{
    public const int Values = 16;

    /// <param name="sorted">Ascending numbers, at least one.</param>
    /// <param name="values">Sixteen numbers.</param>
    /// <param name="counts">Receives how many of the list are at most each of them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CountAtMost(double[] sorted, ReadOnlySpan<double> values, Span<long> counts)
    {
        var (values0, values1) = (Vector512.Create(values), Vector512.Create(values[Vector512<double>.Count..]));
        Vector512<long> start0 = Vector512<long>.Zero, start1 = Vector512<long>.Zero;
        var length = sorted.Length;
        for (int half; length > 1; length -= half)
        {
            half = length >> 1;
            start0 = Beyond(sorted, values0, start0, half);
            start1 = Beyond(sorted, values1, start1, half);
        }
        Beyond(sorted, values0, start0, 1).CopyTo(counts);
        Beyond(sorted, values1, start1, 1).CopyTo(counts[Vector512<long>.Count..]);
    }

    /// <summary>Moves the start past so many numbers where the last of them is at most the value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> Beyond(double[] sorted, Vector512<double> values, Vector512<long> start, int count)
    {
        var last = Gather.From(ref MemoryMarshal.GetArrayDataReference(sorted), start + Vector512.Create((long)count - 1));
        return start + (Vector512.LessThanOrEqual(last, values).AsInt64() & Vector512.Create((long)count));
    }
}
