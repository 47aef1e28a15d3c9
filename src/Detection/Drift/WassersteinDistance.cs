namespace EventSourcedAnomaly.Detection.Drift;

/// <summary>The area between two empirical distribution functions (Vallender 1974).</summary>
internal static class WassersteinDistance
{
    /// <param name="a">Ascending values.</param>
    /// <param name="b">Ascending values.</param>
    public static double Between(double[] a, double[] b)
    {
        int i = 0, j = 0;
        double area = 0, previous = Math.Min(a[0], b[0]);
        while (i < a.Length || j < b.Length)
        {
            var next = j >= b.Length || (i < a.Length && a[i] <= b[j]) ? a[i] : b[j];
            area += (next - previous) * Math.Abs((double)i / a.Length - (double)j / b.Length);
            previous = next;
            while (i < a.Length && a[i] <= next) i++;
            while (j < b.Length && b[j] <= next) j++;
        }
        return area;
    }
}
