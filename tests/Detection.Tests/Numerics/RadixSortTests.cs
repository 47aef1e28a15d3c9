using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Tests.Numerics;

public sealed class RadixSortTests
{
    [Fact]
    public void Numbers_of_any_sign_and_size_end_in_order_with_their_places()
    {
        var random = new Random(1);
        var values = Enumerable.Range(0, 5000).Select(i => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-300, 300))).ToArray();
        values[10] = 0;
        values[20] = -0.0;
        values[30] = values[40];
        var sorted = RadixSort.Sorted(values, out var order);
        Assert.Equal(values.Order(), sorted);
        Assert.Equal(sorted, order.Select(i => values[i]));
        Assert.Equal(values.Order(), RadixSort.Sorted(values));
    }

    [Theory]
    [InlineData(1e9, 1e-3)]
    [InlineData(1, 1e-6)]
    [InlineData(-7, 1e-9)]
    [InlineData(0, 0)]
    public void Numbers_close_together_end_in_order_and_equal_ones_keep_theirs(double offset, double reach)
    {
        var random = new Random(2);
        var values = Enumerable.Range(0, 5000).Select(_ => offset + reach * random.Next(3000)).ToArray();
        var sorted = RadixSort.Sorted(values, out var order);
        Assert.Equal(values.Order(), sorted);
        Assert.Equal(Enumerable.Range(0, values.Length).OrderBy(i => values[i]), order);
        Assert.Equal(values.Order(), RadixSort.Sorted(values));
    }
}
