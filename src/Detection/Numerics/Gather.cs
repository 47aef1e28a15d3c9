using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EventSourcedAnomaly.Detection.Numerics;

/// <summary>Eight numbers from eight places of a table.</summary>
internal static class Gather
{
    /// <param name="table">First of the table's numbers; no place is checked.</param>
    /// <param name="places">Where the numbers stand.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector512<double> From(ref double table, Vector512<long> places)
    {
        if (Avx2.IsSupported)
        {
            fixed (double* start = &table)
            {
                return Vector512.Create(
                    Avx2.GatherVector256(start, places.GetLower(), sizeof(double)),
                    Avx2.GatherVector256(start, places.GetUpper(), sizeof(double)));
            }
        }
        var gathered = Vector512<double>.Zero;
        for (var i = 0; i < Vector512<long>.Count; i++)
            gathered = gathered.WithElement(i, Unsafe.Add(ref table, (nint)places.GetElement(i)));
        return gathered;
    }
}
