using EventSourcedAnomaly.Server.Tests.Api;
using EventSourcedAnomaly.Server.Tests.Security;

namespace EventSourcedAnomaly.Server.Tests.Batches;

/// <summary>Work belongs to the database: any silo can call it off, and another goes on with what one leaves.</summary>
public sealed class JobTests(ServerFixture server)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_training_on_one_silo_is_called_off_through_another_and_its_slot_is_free()
    {
        var database = await server.FreshDatabase();
        await using var one = await AnotherSilo.Start(database);
        using var first = new ApiClient(new Uri(one.Address), ServerFixture.AdminKey);
        var dataset = await first.Dataset(Tables.Blob(20_000, 8));
        var detector =
            (await first.Post("/api/v1/detectors", new
            {
                name = "Long", algorithm = "AutoEncoder",
                parameters = new { epochs = 10_000, patience = 0, random_state = 1 }
            })).Data.GetProperty("detector_id").GetString()!;
        var training =
            (await first.Post($"/api/v1/detectors/{detector}/train", new { dataset_id = dataset })).Data.GetProperty("training_id")
                .GetString()!;
        await Until(async () => (await first.Get($"/api/v1/training/{training}/status")).Data.GetProperty("progress").GetDouble() > 0.05);

        await using var two = await AnotherSilo.Start(database);
        using var second = new ApiClient(new Uri(two.Address), ServerFixture.AdminKey);
        Assert.Equal("cancelled", (await second.Post($"/api/v1/training/{training}/cancel", null)).Data.GetProperty("status").GetString());

        await Until(async () => await Running(one) == 0);
        await Until(async () => (await second.Get($"/api/v1/detectors/{detector}")).Data.GetProperty("status").GetString() == "created");
    }

    [Fact]
    public async Task A_batch_whose_silo_is_killed_is_finished_by_the_next_behind_the_last_chunk()
    {
        var database = await server.FreshDatabase();
        string id, detector;
        double done;
        await using (var one = await AnotherSilo.Start(database))
        {
            using var first = new ApiClient(new Uri(one.Address), ServerFixture.AdminKey);
            var dataset = await first.Dataset(Tables.Blob(20_000, 6));
            detector = await first.Detector(new { n_estimators = 500, random_state = 1 });
            await first.Train(detector, dataset);
            id = (await first.Post($"/api/v1/detectors/{detector}/batch-detect",
                new { dataset_id = dataset, batch_size = 50 })).Data.GetProperty("batch_id").GetString()!;
            await Until(async () => (await first.Get($"/v1/detect/batch/{id}")).Body.GetProperty("processed_samples").GetInt32() > 0);
            done = (await first.Get($"/v1/detect/batch/{id}")).Body.GetProperty("progress").GetDouble();
            Assert.True(done < 1);
        }

        await using var two = await AnotherSilo.Start(database);
        using var second = new ApiClient(new Uri(two.Address), ServerFixture.AdminKey);
        Assert.True((await second.Get($"/v1/detect/batch/{id}")).Body.GetProperty("progress").GetDouble() >= done);
        await Until(async () => (await second.Get($"/v1/detect/batch/{id}")).Body.GetProperty("status").GetString() == "completed");

        var events = (await second.Get($"/api/v1/audit/streams/{id}")).Data.GetProperty("events").EnumerateArray().ToArray();
        Assert.Equal(2, events.Count(e => e.GetProperty("type").GetString() == "batch_started"));
        var result = (await second.Get($"/v1/detect/batch/{id}")).Body.GetProperty("result_id").GetString();
        Assert.True((await second.Post($"/api/v1/audit/results/{result}/replay", null)).Data.GetProperty("bit_identical").GetBoolean());
    }

    private static async Task<double> Running(AnotherSilo silo)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-API-Key", ServerFixture.AdminKey);
        var page = await http.GetStringAsync($"{silo.Address}/metrics", Ct);
        var line = page.Split('\n').First(line => line.StartsWith("esa_trainings_running", StringComparison.Ordinal));
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Delay(50, Ct);
        }
    }
}
