using EventSourcedAnomaly.Server.Observability.Resources;

namespace EventSourcedAnomaly.Server.Tests.Observability;

/// <summary>The machine in the shape of document 004.</summary>
public sealed class ResourceTests(ServerFixture server)
{
    [Fact]
    public async Task Processors_memory_and_disk_are_those_of_the_machine()
    {
        using var api = server.Client();
        var resources = (await api.Get("/api/v1/monitor/resources")).Body;

        var cpu = resources.GetProperty("cpu");
        Assert.Equal(cpu.GetProperty("count").GetInt32(), cpu.GetProperty("per_cpu").GetArrayLength());
        Assert.True(cpu.GetProperty("count").GetInt32() >= Environment.ProcessorCount);
        Assert.All(cpu.GetProperty("per_cpu").EnumerateArray().Append(cpu.GetProperty("percent")), share => Assert.InRange(share.GetDouble(), 0, 100));
        foreach (var space in new[] { resources.GetProperty("memory"), resources.GetProperty("disk") })
        {
            var (used, total) = (space.GetProperty("used_gb").GetDouble(), space.GetProperty("total_gb").GetDouble());
            Assert.InRange(used, 0, total);
            Assert.Equal(100 * used / total, space.GetProperty("percent").GetDouble(), 0.5);
        }

        Assert.Equal(System.Text.Json.JsonValueKind.Array, resources.GetProperty("gpu").ValueKind);
    }

    [Fact]
    public void A_graphics_card_is_read_from_its_drivers_words()
    {
        var cards = GraphicsCards.Read("0, NVIDIA RTX 4090, 18432, 24576, 92, 68\n1, NVIDIA T4, [N/A], 15360, [N/A], 41\n");

        Assert.Equal([new GpuFigures(0, "NVIDIA RTX 4090", 75, 18, 24, 92, 68), new GpuFigures(1, "NVIDIA T4", null, null, 15, null, 41)], cards);
        Assert.Empty(GraphicsCards.Read(string.Empty));
    }
}
