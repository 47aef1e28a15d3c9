using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EventSourcedAnomaly.Detection.Numerics;

/// <summary>Least and greatest value of a column.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ColumnRange(double Least, double Greatest)
{
    public static ColumnRange[] Of(Matrix x, int maxDegreeOfParallelism, CancellationToken ct)
    {
        var ranges = x.Row(0).ToArray().Select(value => new ColumnRange(value, value)).ToArray();
        var gate = new Lock();
        RowBlocks.ForEach(x.Rows, 16384, maxDegreeOfParallelism, ct, (first, count) =>
        {
            // eight rows are as many vectors as there are columns: a lane always belongs to the same one
            var period = x.Columns * Vector512<double>.Count;
            var (least, greatest) = (new double[period], new double[period]);
            Array.Fill(least, double.PositiveInfinity);
            Array.Fill(greatest, double.NegativeInfinity);
            Widen(x.RowRange(first, count), least, greatest);
            lock (gate)
            {
                for (var i = 0; i < period; i++) ranges[i % ranges.Length] = ranges[i % ranges.Length].With(least[i], greatest[i]);
            }
        });
        return ranges;
    }

    private ColumnRange With(double least, double greatest) => new(Math.Min(Least, least), Math.Max(Greatest, greatest));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(ReadOnlySpan<double> rows, double[] least, double[] greatest)
    {
        ref var value = ref MemoryMarshal.GetReference(rows);
        ref var low = ref MemoryMarshal.GetArrayDataReference(least);
        ref var high = ref MemoryMarshal.GetArrayDataReference(greatest);
        var whole = rows.Length / least.Length * least.Length;
        for (int i = 0, place = 0; i < whole; i += Vector512<double>.Count)
        {
            var values = Vector512.LoadUnsafe(ref value, (nuint)i);
            Vector512.MinNative(Vector512.LoadUnsafe(ref low, (nuint)place), values).StoreUnsafe(ref low, (nuint)place);
            Vector512.MaxNative(Vector512.LoadUnsafe(ref high, (nuint)place), values).StoreUnsafe(ref high, (nuint)place);
            place += Vector512<double>.Count;
            if (place == least.Length) place = 0;
        }
        for (var i = whole; i < rows.Length; i++)
        {
            least[i - whole] = Math.Min(least[i - whole], rows[i]);
            greatest[i - whole] = Math.Max(greatest[i - whole], rows[i]);
        }
    }
}
