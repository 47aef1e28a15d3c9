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
}
