using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EventSourcedAnomaly.Detection;

/// <summary>Refuses tables that no detector can use. Missing values are not guessed: the caller decides how to fill them.</summary>
internal static class InputCheck
{
    public static void Training(Matrix x)
    {
        if (x.Rows == 0) throw new ArgumentException("expected at least 1 row, got 0", nameof(x));
        if (x.Columns == 0) throw new ArgumentException("expected at least 1 column, got 0", nameof(x));
        Finite(x.Values, x.Columns);
    }

    public static void Scoring(Matrix x, int featureCount)
    {
        if (x.Columns != featureCount && x.Rows > 0)
            throw new ArgumentException($"expected {featureCount} columns as in training, got {x.Columns}", nameof(x));
        Finite(x.Values, x.Columns);
    }

    public static void Scoring(ReadOnlySpan<double> rows, int count, int featureCount)
    {
        if (rows.Length != (long)count * featureCount)
            throw new ArgumentException(
                $"expected {count} rows of {featureCount} values as in training, got {rows.Length} values", nameof(rows));
        Finite(rows, featureCount);
    }

    private static void Finite(ReadOnlySpan<double> values, int columns)
    {
        for (var i = WithinLimit(values); i < values.Length; i++)
        {
            if (Math.Abs(values[i]) <= Matrix.LargestNumber) continue;
            var expected = double.IsFinite(values[i])
                ? $"numbers from -{Matrix.LargestNumber} to {Matrix.LargestNumber}" : "finite numbers";
            var place = $"row {i / columns}, column {i % columns} (counted from 0)";
            throw new ArgumentException($"expected {expected}, got {values[i]} in {place}", nameof(values));
        }
    }

    /// <summary>Numbers of the front that are within the limit; a last few are not looked at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int WithinLimit(ReadOnlySpan<double> values)
    {
        ref var value = ref MemoryMarshal.GetReference(values);
        var (limit, lanes) = (Vector512.Create(Matrix.LargestNumber), Vector512<double>.Count);
        var i = 0;
        for (; i + 2 * lanes <= values.Length; i += 2 * lanes)
        {
            // what is not a number is not at most anything
            var within = Vector512.LessThanOrEqual(Vector512.Abs(Vector512.LoadUnsafe(ref value, (nuint)i)), limit)
                & Vector512.LessThanOrEqual(Vector512.Abs(Vector512.LoadUnsafe(ref value, (nuint)(i + lanes))), limit);
            if (within.ExtractMostSignificantBits() != 0xFF) break;
        }
        return i;
    }
}
