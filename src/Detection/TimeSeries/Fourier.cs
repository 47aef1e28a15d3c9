using System.Numerics;

namespace EventSourcedAnomaly.Detection.TimeSeries;

/// <summary>
/// The discrete Fourier transform of any length in O(n log n): radix two, and Bluestein's chirp (1970) for other lengths.
/// </summary>
internal static class Fourier
{
    public static Complex[] Transform(Complex[] values) => BitOperations.IsPow2(values.Length) ? Radix2(values) : Chirp(values);

    public static Complex[] Inverse(Complex[] values) =>
        Array.ConvertAll(Transform(Array.ConvertAll(values, Complex.Conjugate)), c => Complex.Conjugate(c) / values.Length);

    private static Complex[] Radix2(Complex[] values)
    {
        if (values.Length == 1) return [values[0]];
        var half = values.Length / 2;
        var (even, odd) = (new Complex[half], new Complex[half]);
        for (var i = 0; i < half; i++) (even[i], odd[i]) = (values[2 * i], values[2 * i + 1]);
        (even, odd) = (Radix2(even), Radix2(odd));
        var result = new Complex[values.Length];
        for (var k = 0; k < half; k++)
        {
            var turned = odd[k] * Complex.FromPolarCoordinates(1, -Math.PI * k / half);
            (result[k], result[k + half]) = (even[k] + turned, even[k] - turned);
        }
        return result;
    }

    /// <summary>jk = (j² + k² - (k-j)²)/2 turns the transform into a convolution, which a power of two can carry.</summary>
    private static Complex[] Chirp(Complex[] values)
    {
        var n = values.Length;
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)(2 * n));
        var (a, b) = (new Complex[size], new Complex[size]);
        for (var k = 0; k < n; k++)
        {
            // k² modulo 2n keeps the angle exact
            var chirp = Complex.FromPolarCoordinates(1, -Math.PI * ((long)k * k % (2L * n)) / n);
            a[k] = values[k] * chirp;
            b[k] = Complex.Conjugate(chirp);
            if (k > 0) b[size - k] = b[k];
        }
        var product = Radix2(a).Zip(Radix2(b), (x, y) => x * y).ToArray();
        var convolved = Inverse(product);
        return [.. Enumerable.Range(0, n).Select(k => convolved[k] * Complex.Conjugate(b[k]))];
    }
}
