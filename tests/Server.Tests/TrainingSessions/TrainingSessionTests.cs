using System.Text.Json;
using EventSourcedAnomaly.Server.Tests.Security;

namespace EventSourcedAnomaly.Server.Tests.TrainingSessions;

/// <summary>Training sessions as the Training contract shows them.</summary>
public sealed class TrainingSessionTests(ServerFixture server)
{
    private const string Sessions = "/api/v1/training/sessions";

    // Its epochs take long enough to be interrupted.
    private static readonly object Unhurried = new { config_path = "configs/lstm.yaml" };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_documents_example_is_created_started_trained_and_completed()
    {
        using var api = await server.ClientOf("sessions-example");
        var created = await api.Post(Sessions, new
        { config_path = "configs/train.yaml", session_name = "experiment_001", tags = new[] { "unet", "focal-loss" } });
        var id = created.Body.GetProperty("session_id").GetString()!;

        Assert.Equal(201, created.Status);
        Assert.StartsWith("sess_", id, StringComparison.Ordinal);
        Assert.Equal("created", created.Body.GetProperty("status").GetString());
        Assert.Equal((100, 2, 0.001), (
            created.Body.GetProperty("config").GetProperty("epochs").GetInt32(),
            created.Body.GetProperty("config").GetProperty("batch_size").GetInt32(),
            created.Body.GetProperty("config").GetProperty("learning_rate").GetDouble()));

        var started = await api.Post($"{Sessions}/{id}/start", null);
        Assert.Equal((200, "running"), (started.Status, started.Body.GetProperty("status").GetString()));
        Assert.Equal(JsonValueKind.String, started.Body.GetProperty("started_at").ValueKind);
        var twice = await api.Post($"{Sessions}/{id}/start", null);
        Assert.Equal((409, "RESOURCE_CONFLICT"), (twice.Status, twice.Error.GetProperty("code").GetString()));

        var done = await api.Session(id, "completed");
        Assert.Equal(1, done.GetProperty("progress").GetDouble());
        Assert.InRange(done.GetProperty("latest_metrics").GetProperty("val_accuracy").GetDouble(), 0.8, 1);
        Assert.Equal(409, (await api.Post($"{Sessions}/{id}/start", null)).Status);
        Assert.Equal(409, (await api.Post($"{Sessions}/{id}/stop", null)).Status);
        var listed = (await api.Get($"{Sessions}?status=completed&limit=10")).Body;
        Assert.Equal((1, 10, 0),
            (listed.GetProperty("total").GetInt32(), listed.GetProperty("limit").GetInt32(), listed.GetProperty("offset").GetInt32()));
        Assert.Equal("experiment_001", listed.GetProperty("sessions")[0].GetProperty("session_name").GetString());
        Assert.Equal(0, (await api.Get($"{Sessions}?status=failed")).Body.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Every_epoch_is_measured_once_and_the_learning_rate_follows_its_schedule()
    {
        using var api = server.Client();
        var id = await api.NewSession();
        await api.Post($"{Sessions}/{id}/start", null);
        var epochs = (await api.Session(id, "completed")).GetProperty("current_epoch").GetInt32();

        var metrics = (await api.Get($"{Sessions}/{id}/metrics")).Body.GetProperty("metrics").EnumerateArray().ToArray();
        Assert.Equal(Enumerable.Range(1, epochs), metrics.Select(epoch => epoch.GetProperty("epoch").GetInt32()));
        Assert.Equal(0.001 * 0.95, metrics[1].GetProperty("learning_rate").GetDouble());
        Assert.All(metrics, epoch => Assert.True(epoch.GetProperty("train_loss").GetDouble() > 0));

        var history = (await api.Get($"/api/v1/metrics/{id}/history?metric_name=val_loss&start_epoch=2&end_epoch=4")).Body;
        Assert.Equal("val_loss", history.GetProperty("metric_name").GetString());
        Assert.Equal([2, 3, 4], history.GetProperty("epochs").EnumerateArray().Select(epoch => epoch.GetInt32()));
        Assert.Equal(metrics[1..4].Select(epoch => epoch.GetProperty("val_loss").GetDouble()),
            history.GetProperty("values").EnumerateArray().Select(value => value.GetDouble()));
        Assert.Equal(3, history.GetProperty("timestamps").GetArrayLength());
        Assert.Equal(422, (await api.Get($"/api/v1/metrics/{id}/history?metric_name=val_froc")).Status);
    }

    [Fact]
    public async Task What_is_stopped_and_resumed_measures_to_the_bit_what_was_never_stopped()
    {
        using var api = server.Client();
        var (whole, parted) = (await api.NewSession(Unhurried), await api.NewSession(Unhurried));
        await api.Post($"{Sessions}/{whole}/start", null);
        await api.Session(whole, "completed");
        Assert.Equal(409, (await api.Post($"{Sessions}/{parted}/resume", null)).Status);
        for (var run = 0; run < 3; run++)
        {
            var at = (await api.Post($"{Sessions}/{parted}/start", null)).Body.GetProperty("current_epoch").GetInt32();
            while ((await api.Get($"{Sessions}/{parted}")).Body is var now && now.GetProperty("status").GetString() == "running"
                && now.GetProperty("current_epoch").GetInt32() < at + 2)
            {
                await Task.Delay(5, Ct);
            }

            var stopped = await api.Post($"{Sessions}/{parted}/stop", null);
            Assert.Equal((200, "stopped"), (stopped.Status, stopped.Body.GetProperty("status").GetString()));
            Assert.Equal(JsonValueKind.String, stopped.Body.GetProperty("stopped_at").ValueKind);
        }

        await api.Post($"{Sessions}/{parted}/resume", null);
        var done = await api.Session(parted, "completed");

        Assert.Equal(await api.Numbers(whole), await api.Numbers(parted));
        Assert.Equal((await api.Session(whole, "completed")).GetProperty("model_sha256").GetString(),
            done.GetProperty("model_sha256").GetString());
    }

    [Fact]
    public async Task A_session_is_stopped_from_a_silo_that_does_not_train_it()
    {
        using var api = server.Client();
        await using var silo = await AnotherSilo.Start(server.Database);
        using var elsewhere = new ApiClient(new Uri(silo.Address), ServerFixture.AdminKey);
        var id = await api.NewSession(Unhurried);
        await api.Post($"{Sessions}/{id}/start", null);
        while ((await api.Get($"{Sessions}/{id}")).Body.GetProperty("current_epoch").GetInt32() < 2)
        {
            await Task.Delay(5, Ct);
        }

        var stopped = (await elsewhere.Post($"{Sessions}/{id}/stop", null)).Body.GetProperty("current_epoch").GetInt32();
        Assert.Equal(stopped, (await api.Get($"{Sessions}/{id}")).Body.GetProperty("current_epoch").GetInt32());
        await elsewhere.Post($"{Sessions}/{id}/start", null);
        await api.Session(id, "completed");
    }

    [Fact]
    public async Task A_session_goes_on_where_it_was_each_time_its_server_is_killed()
    {
        var database = await server.FreshDatabase();
        string whole, killed;
        await using (var first = await AnotherSilo.Start(database))
        {
            using var api = new ApiClient(new Uri(first.Address), ServerFixture.AdminKey);
            (whole, killed) = (await api.NewSession(Unhurried), await api.NewSession(Unhurried));
            await api.Post($"{Sessions}/{whole}/start", null);
            await api.Session(whole, "completed");
            await api.Post($"{Sessions}/{killed}/start", null);
            await Reached(api, killed, 5);
        }

        await using (var second = await AnotherSilo.Start(database))
        {
            using var api = new ApiClient(new Uri(second.Address), ServerFixture.AdminKey);
            Assert.InRange((await api.Get($"{Sessions}/{killed}")).Body.GetProperty("current_epoch").GetInt32(), 5, 23);
            await Reached(api, killed, 10);
        }

        await using var third = await AnotherSilo.Start(database);
        using var later = new ApiClient(new Uri(third.Address), ServerFixture.AdminKey);
        await later.Session(killed, "completed");

        Assert.Equal(await later.Numbers(whole), await later.Numbers(killed));
        var events = (await later.Get($"/api/v1/audit/streams/{killed}")).Data.GetProperty("events").EnumerateArray();
        Assert.Equal(
            Enumerable.Range(1, 24),
            events.Where(recorded => recorded.GetProperty("type").GetString() == "training_session_epoch_ended")
                .Select(recorded => recorded.GetProperty("data").GetProperty("epoch").GetInt32()));
    }

    [Theory]
    [InlineData("/etc/passwd", "config_path")]
    [InlineData("../samples/thyroid.yaml", "config_path")]
    [InlineData("configs/../../README.yaml", "config_path")]
    [InlineData("C:\\train.yaml", "config_path")]
    [InlineData("train.yaml/../../x.yaml", "config_path")]
    [InlineData("samples/pump.csv", "config_path")]
    [InlineData("absent.yaml", "config_path")]
    [InlineData("", "config_path")]
    public async Task A_configuration_outside_of_the_root_or_absent_is_refused_by_name(string path, string field)
    {
        using var api = server.Client();
        var refused = await api.Post(Sessions, new { config_path = path });

        Assert.Equal((422, "VALIDATION_ERROR"), (refused.Status, refused.Error.GetProperty("code").GetString()));
        Assert.Equal(field, refused.Error.GetProperty("details").GetProperty("field").GetString());
    }

    [Theory]
    [InlineData("""{}""", 422, "config_path")]
    [InlineData("""{"config_path": 5}""", 422, "config_path")]
    [InlineData("""{"config_path": "configs/train.yaml", "session": "x"}""", 422, "session")]
    [InlineData("""{"config_path": "configs/train.yaml", "tags": "x"}""", 422, "tags")]
    [InlineData("""{"config_path": "configs/train.yaml", "session_name": " "}""", 422, "session_name")]
    [InlineData("""{"trainer": "somebody"}""", 422, "trainer")]
    [InlineData("""{"trainer": "external", "config": {"epochs": 0}}""", 422, "config.epochs")]
    [InlineData("""{"config_path": """, 400, "body")]
    public async Task A_bad_request_names_its_field(string body, int status, string field)
    {
        using var api = server.Client();
        var refused = await api.Post(Sessions, body);

        Assert.Equal((status, field), (refused.Status, refused.Error.GetProperty("details").GetProperty("field").GetString()));
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?offset=-1")]
    [InlineData("?status=paused")]
    public async Task A_bad_filter_is_refused(string query)
    {
        using var api = server.Client();
        Assert.Equal(422, (await api.Get(Sessions + query)).Status);
    }

    private static async Task Reached(ApiClient api, string session, int epoch)
    {
        while ((await api.Get($"{Sessions}/{session}")).Body.GetProperty("current_epoch").GetInt32() < epoch)
        {
            await Task.Delay(5, Ct);
        }
    }

    [Fact]
    public async Task A_session_that_does_not_exist_is_not_found_anywhere()
    {
        using var api = server.Client();
        Assert.Equal(404, (await api.Get($"{Sessions}/sess_none")).Status);
        Assert.Equal(404, (await api.Post($"{Sessions}/sess_none/start", null)).Status);
        Assert.Equal(404, (await api.Post($"{Sessions}/sess_none/stop", null)).Status);
        Assert.Equal(404, (await api.Get($"{Sessions}/sess_none/metrics")).Status);
        Assert.Equal(404, (await api.Get("/api/v1/metrics/sess_none/history")).Status);
        Assert.Equal(404, (await api.Get("/api/v1/sse/training/sess_none")).Status);
        Assert.Equal(404, (await api.Post($"{Sessions}/sess_none/metrics", new { epoch = 1 })).Status);
    }

    [Fact]
    public async Task Without_a_credential_the_contract_is_open_only_where_the_operator_says_so()
    {
        using var closed = new ApiClient(new Uri(server.Address), null);
        Assert.Equal(401, (await closed.Get(Sessions)).Status);
        await using var silo = await AnotherSilo.Start(await server.FreshDatabase(), ("Auth__AnonymousTraining", "true"));
        using var open = new ApiClient(new Uri(silo.Address), null);

        Assert.Equal(200, (await open.Get(Sessions)).Status);
        Assert.Equal(201, (await open.Post(Sessions, new { config_path = "configs/train.yaml" })).Status);
        Assert.Equal(401, (await open.Get("/api/v1/detectors")).Status);
        using var wrong = new ApiClient(new Uri(silo.Address), "wrong");
        Assert.Equal(401, (await wrong.Get(Sessions)).Status);
    }
}

/// <summary>What the tests ask of sessions.</summary>
internal static class SessionRequests
{
    private const string Sessions = "/api/v1/training/sessions";

    public static async Task<string> NewSession(this ApiClient api, object? body = null) =>
        (await api.Post(Sessions, body ?? new { config_path = "configs/train.yaml" })).Body.GetProperty("session_id").GetString()!;

    /// <summary>A session, once it is in a state.</summary>
    public static async Task<JsonElement> Session(this ApiClient api, string id, string status)
    {
        while (true)
        {
            var session = (await api.Get($"{Sessions}/{id}")).Body;
            var now = session.GetProperty("status").GetString();
            if (now == status)
            {
                return session;
            }

            Assert.NotEqual("failed", now);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>All that a session measured, times apart.</summary>
    public static async Task<IReadOnlyList<string>> Numbers(this ApiClient api, string id) =>
    [
        .. (await api.Get($"{Sessions}/{id}/metrics")).Body.GetProperty("metrics").EnumerateArray()
            .Select(epoch =>
                string.Join(", ", epoch.EnumerateObject()
                    .Where(member => member.Name != "timestamp").Select(member => $"{member.Name} {member.Value.GetRawText()}"))),
    ];
}
