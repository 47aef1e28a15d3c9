using EventSourcedAnomaly.Server.Infrastructure.Observability.Resources;
using EventSourcedAnomaly.Server.Tests.Security;

namespace EventSourcedAnomaly.Server.Tests.Observability;

/// <summary>The machine in the shape of the Training contract.</summary>
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
        Assert.All(cpu.GetProperty("per_cpu").EnumerateArray().Append(cpu.GetProperty("percent")), share =>
            Assert.InRange(share.GetDouble(), 0, 100));
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

        Assert.Equal([new GpuUsage(0, "NVIDIA RTX 4090", 75, 18, 24, 92, 68), new GpuUsage(1, "NVIDIA T4", null, null, 15, null, 41)],
            cards);
        Assert.Empty(GraphicsCards.Read(string.Empty));
    }

    [Fact]
    public void The_series_forgets_its_oldest_sample_first()
    {
        var series = new ResourceSeries(3);
        var start = new DateTimeOffset(2025, 12, 19, 10, 30, 0, TimeSpan.Zero);
        for (var i = 0; i < 5; i++)
        {
            series.Add(new ResourceUsage(start.AddSeconds(i), new CpuUsage(i, 1, [i]), SpaceUsage.Of(1, 2), SpaceUsage.Of(1, 2), []));
        }

        Assert.Equal([2, 3, 4], series.Since(start).Select(sample => sample.Cpu.Percent));
        Assert.Equal([4], series.Since(start.AddSeconds(4)).Select(sample => sample.Cpu.Percent));
    }

    [Fact]
    public async Task The_last_minutes_are_a_series_and_the_cards_are_those_that_the_driver_names()
    {
        var programs = Directory.CreateTempSubdirectory("esa-server-tests-");
        var program = Path.Combine(programs.FullName, "nvidia-smi");
        await File.WriteAllTextAsync(program, "#!/bin/sh\necho '0, NVIDIA RTX 4090, 18432, 24576, 92, 68'\n",
            TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        await using var silo = await AnotherSilo.Start(await server.FreshDatabase(),
            ("PATH", $"{programs.FullName}:{Environment.GetEnvironmentVariable("PATH")}"));
        using var api = new ApiClient(new Uri(silo.Address), ServerFixture.AdminKey);
        var samples = await Samples(api);
        while (samples[^1].GetProperty("gpu").GetArrayLength() == 0)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            samples = await Samples(api);
        }

        var card = samples[^1].GetProperty("gpu")[0];
        Assert.Equal(("NVIDIA RTX 4090", 75.0, 92.0), (card.GetProperty("name").GetString(), card.GetProperty("memory_percent").GetDouble(),
            card.GetProperty("utilization").GetDouble()));
        Assert.True(samples.Length > 1);
        Assert.Equal(samples.Select(sample => sample.GetProperty("timestamp").GetDateTimeOffset()).Order(),
            samples.Select(sample => sample.GetProperty("timestamp").GetDateTimeOffset()));
        Assert.Equal(422, (await api.Get("/api/v1/monitor/resources/history?minutes=61")).Status);
        programs.Delete(recursive: true);
    }

    private static async Task<System.Text.Json.JsonElement[]> Samples(ApiClient api) =>
        [.. (await api.Get("/api/v1/monitor/resources/history?minutes=1")).Body.GetProperty("samples").EnumerateArray()];
}
