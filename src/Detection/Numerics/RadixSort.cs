using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EventSourcedAnomaly.Detection.Numerics;

/// <summary>
/// Sorts float64 numbers digit by digit, in time linear in their count; far faster than comparing once there are thousands. The upper
/// half of the digits nearly always settles the order but for a few neighbours; only where it does not are all digits gone through.
/// </summary>
internal ref struct RadixSort
{
    private const int DigitBits = 11;
    private const int Buckets = 1 << DigitBits;
    private const int Digits = 6;
    private const int UpperDigits = 3;

    /// <summary>Longest run of numbers alike in their upper digits that is sorted by insertion.</summary>
    private const int MaxInsertionLength = 64;

    private Span<ulong> _keys;
    private Span<ulong> _target;
    private Span<int> _order;
    private Span<int> _orderTarget;

    /// <summary>An ascending copy.</summary>
    public static double[] Sorted(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        if (sorted.Length < 2048) Array.Sort(sorted);
        else SortInPlace(sorted, order: []);
        return sorted;
    }

    /// <summary>An ascending copy, and where each of its numbers stood before. Equal numbers keep their order.</summary>
    public static double[] Sorted(ReadOnlySpan<double> values, out int[] order)
    {
        var sorted = values.ToArray();
        order = new int[values.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        SortInPlace(sorted, order);
        return sorted;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SortInPlace(double[] values, int[] order)
    {
        var keys = MemoryMarshal.Cast<double, ulong>(values.AsSpan());
        for (var i = 0; i < keys.Length; i++) keys[i] = OrderedBits(values[i]);
        using var target = new PooledBuffer<ulong>(keys.Length);
        using var orderTarget = new PooledBuffer<int>(order.Length);
        var sort = new RadixSort { _keys = keys, _target = target.Span, _order = order, _orderTarget = orderTarget.Span };
        sort.ByDigits(Digits - UpperDigits, Digits);
        if (!sort.TrySettleRuns()) sort.ByDigits(0, Digits);
        for (var i = 0; i < values.Length; i++) values[i] = FromOrderedBits(sort._keys[i]);
        if (order.Length > 0) sort._order.CopyTo(order);
    }

    /// <summary>Bits that compare as unsigned integers the way the numbers compare; -0 becomes 0.</summary>
    private static ulong OrderedBits(double value)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value + 0.0);
        return (bits >> 63) == 0 ? bits | 0x8000000000000000 : ~bits;
    }

    private static double FromOrderedBits(ulong bits) =>
        BitConverter.UInt64BitsToDouble((bits >> 63) == 1 ? bits & 0x7FFFFFFFFFFFFFFF : ~bits);

    private void ByDigits(int first, int end)
    {
        var counts = Count(_keys, first, end);
        for (var digit = first; digit < end; digit++)
        {
            var offsets = counts.AsSpan((digit - first) * Buckets, Buckets);
            if (offsets.Contains(_keys.Length)) continue;
            var sum = 0;
            foreach (ref var offset in offsets) (offset, sum) = (sum, sum + offset);
            Scatter(_keys, _target, _order, _orderTarget, offsets, digit * DigitBits);
            Swap(ref _keys, ref _target);
            Swap(ref _order, ref _orderTarget);
        }
    }

    private static void Swap<T>(ref Span<T> a, ref Span<T> b)
    {
        var before = a;
        a = b;
        b = before;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int[] Count(ReadOnlySpan<ulong> keys, int first, int end)
    {
        var counts = new int[(end - first) * Buckets];
        foreach (var key in keys)
        {
            for (var digit = first; digit < end; digit++)
                counts[(digit - first) * Buckets + (int)(key >> (digit * DigitBits) & (Buckets - 1))]++;
        }
        return counts;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(
        ReadOnlySpan<ulong> keys, Span<ulong> target, ReadOnlySpan<int> order, Span<int> orderTarget, Span<int> offsets, int shift)
    {
        ref var offset = ref MemoryMarshal.GetReference(offsets);
        if (order.IsEmpty)
        {
            foreach (var key in keys) target[Unsafe.Add(ref offset, (int)(key >> shift & (Buckets - 1)))++] = key;
            return;
        }
        for (var i = 0; i < keys.Length; i++)
        {
            var place = Unsafe.Add(ref offset, (int)(keys[i] >> shift & (Buckets - 1)))++;
            target[place] = keys[i];
            orderTarget[place] = order[i];
        }
    }

    /// <summary>
    /// Sorts each run of keys alike in their upper digits by insertion; false when one is long, unless all of it is equal.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly bool TrySettleRuns()
    {
        const int Shift = DigitBits * (Digits - UpperDigits);
        var keys = _keys;
        for (int first = 0, end; first < keys.Length; first = end)
        {
            var upper = keys[first] >> Shift;
            for (end = first + 1; end < keys.Length && keys[end] >> Shift == upper;) end++;
            if (end - first == 1) continue;
            if (end - first <= MaxInsertionLength) Insert(keys[first..end], _order.IsEmpty ? [] : _order[first..end]);
            else if (keys[first..end].ContainsAnyExcept(keys[first])) return false;
        }
        return true;
    }

    private static void Insert(Span<ulong> keys, Span<int> order)
    {
        for (var i = 1; i < keys.Length; i++)
        {
            var key = keys[i];
            var place = i;
            for (; place > 0 && keys[place - 1] > key; place--) keys[place] = keys[place - 1];
            if (place == i) continue;
            keys[place] = key;
            if (order.IsEmpty) continue;
            var from = order[i];
            order[place..i].CopyTo(order[(place + 1)..]);
            order[place] = from;
        }
    }
}
