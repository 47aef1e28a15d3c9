using System.Runtime.InteropServices;

namespace EventSourcedAnomaly.Detection.Numerics;

/// <summary>
/// Sorts float64 numbers digit by digit, in time linear in their count; far faster than comparing once there are thousands.
/// </summary>
internal static class RadixSort
{
    private const int DigitBits = 11;
    private const int Buckets = 1 << DigitBits;
    private const int Digits = 6;

    /// <summary>An ascending copy.</summary>
    public static double[] Sorted(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        if (sorted.Length < 2048)
        {
            Array.Sort(sorted);
            return sorted;
        }
        var keys = new ulong[sorted.Length];
        for (var i = 0; i < keys.Length; i++) keys[i] = OrderedBits(sorted[i]);
        keys = Sort(keys, order: null);
        for (var i = 0; i < keys.Length; i++) sorted[i] = FromOrderedBits(keys[i]);
        return sorted;
    }

    /// <summary>An ascending copy, and where each of its numbers stood before. Equal numbers keep their order.</summary>
    public static double[] Sorted(ReadOnlySpan<double> values, out int[] order)
    {
        var keys = new ulong[values.Length];
        order = new int[values.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = OrderedBits(values[i]);
            order[i] = i;
        }
        keys = Sort(keys, order);
        var sorted = new double[values.Length];
        for (var i = 0; i < keys.Length; i++) sorted[i] = FromOrderedBits(keys[i]);
        return sorted;
    }

    /// <summary>Bits that compare as unsigned integers the way the numbers compare; -0 becomes 0.</summary>
    private static ulong OrderedBits(double value)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value + 0.0);
        return (bits >> 63) == 0 ? bits | 0x8000000000000000 : ~bits;
    }

    private static double FromOrderedBits(ulong bits) =>
        BitConverter.UInt64BitsToDouble((bits >> 63) == 1 ? bits & 0x7FFFFFFFFFFFFFFF : ~bits);

    private static ulong[] Sort(ulong[] keys, int[]? order)
    {
        var counts = Count(keys);
        var target = new ulong[keys.Length];
        var source = order;
        var orderTarget = order is null ? null : new int[order.Length];
        for (var digit = 0; digit < Digits; digit++)
        {
            var offsets = counts.AsSpan(digit * Buckets, Buckets);
            if (offsets.Contains(keys.Length)) continue;
            var sum = 0;
            foreach (ref var offset in offsets) (offset, sum) = (sum, sum + offset);
            Scatter(keys, target, source, orderTarget, offsets, digit * DigitBits);
            (keys, target) = (target, keys);
            (source, orderTarget) = (orderTarget, source);
        }
        if (order is not null && !ReferenceEquals(source, order)) source!.CopyTo(order, 0);
        return keys;
    }

    private static int[] Count(ulong[] keys)
    {
        var counts = new int[Digits * Buckets];
        foreach (var key in keys)
        {
            for (var digit = 0; digit < Digits; digit++) counts[digit * Buckets + (int)(key >> (digit * DigitBits) & (Buckets - 1))]++;
        }
        return counts;
    }

    private static void Scatter(ulong[] keys, ulong[] target, int[]? order, int[]? orderTarget, Span<int> offsets, int shift)
    {
        ref var offset = ref MemoryMarshal.GetReference(offsets);
        for (var i = 0; i < keys.Length; i++)
        {
            var place = System.Runtime.CompilerServices.Unsafe.Add(ref offset, (int)(keys[i] >> shift & (Buckets - 1)))++;
            target[place] = keys[i];
            if (order is not null) orderTarget![place] = order[i];
        }
    }
}
