using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace EventSourcedAnomaly.Detection.Numerics;

/// <summary>Least and greatest value of a column.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ColumnRange(double Least, double Greatest)
{
    public static ColumnRange[] Of(Matrix x, int maxDegreeOfParallelism, CancellationToken ct)
    {
        var least = x.Row(0).ToArray();
        var greatest = x.Row(0).ToArray();
        var gate = new Lock();
        RowBlocks.ForEach(x.Rows, 16384, maxDegreeOfParallelism, ct, (first, count) =>
        {
            var low = x.Row(first).ToArray();
            var high = x.Row(first).ToArray();
            for (var i = first + 1; i < first + count; i++)
            {
                TensorPrimitives.Min(low, x.Row(i), low);
                TensorPrimitives.Max(high, x.Row(i), high);
            }
            lock (gate)
            {
                TensorPrimitives.Min(least, low, least);
                TensorPrimitives.Max(greatest, high, greatest);
            }
        });
        return [.. least.Select((low, c) => new ColumnRange(low, greatest[c]))];
    }
}
