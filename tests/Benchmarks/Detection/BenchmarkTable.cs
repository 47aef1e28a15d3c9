using System.Runtime.InteropServices;
using EventSourcedAnomaly.Detection;

namespace EventSourcedAnomaly.Benchmarks.Detection;

/// <summary>A table of normal numbers with one row in a hundred stretched fourfold, also as a file for the peer.</summary>
internal static class BenchmarkTable
{
    public static Matrix Of(int rows, int columns)
    {
        var random = new Random(1);
        var values = new double[rows * columns];
        for (var i = 0; i < values.Length; i++)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            values[i] = i / columns % 100 == 0 ? 4 * normal : normal;
        }
        return new Matrix(rows, columns, values);
    }

    /// <summary>Writes the numbers as little-endian float64, row by row.</summary>
    public static void Write(string path, Matrix table) => File.WriteAllBytes(path, MemoryMarshal.AsBytes(table.Values));
}
