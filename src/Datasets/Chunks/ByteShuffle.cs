namespace EventSourcedAnomaly.Datasets;

/// <summary>Regroups the bytes of fixed-width values by their place within the value.</summary>
internal static class ByteShuffle
{
    public static byte[] Apply(ReadOnlySpan<byte> values, int width)
    {
        var count = values.Length / width;
        var planes = new byte[values.Length];
        for (var place = 0; place < width; place++)
        {
            var plane = planes.AsSpan(place * count, count);
            for (int i = 0, from = place; i < plane.Length; i++, from += width)
                plane[i] = values[from];
        }
        return planes;
    }

    public static void Undo(ReadOnlySpan<byte> planes, Span<byte> values, int width)
    {
        var count = planes.Length / width;
        for (var place = 0; place < width; place++)
        {
            var plane = planes.Slice(place * count, count);
            for (int i = 0, to = place; i < plane.Length; i++, to += width)
                values[to] = plane[i];
        }
    }
}
