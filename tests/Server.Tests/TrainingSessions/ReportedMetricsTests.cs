using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace EventSourcedAnomaly.Server.Tests.TrainingSessions;

/// <summary>Somebody else's program trains and reports; history and feeds serve it as they serve the server's own sessions.</summary>
public sealed class ReportedMetricsTests(ServerFixture server)
{
    private const string Sessions = "/api/v1/training/sessions";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_external_trainers_epochs_are_its_sessions_progress()
    {
        using var api = server.Client();
        var id = await External(api, 4);
        var one = await api.Post($"{Sessions}/{id}/metrics",
            new { epoch = 1, timestamp = "2025-12-19T10:31:00Z", train_loss = 0.856, val_loss = 0.912, learning_rate = 0.001 });
        await api.Post($"{Sessions}/{id}/metrics", new
        {
            metrics = new object[]
                { new { epoch = 2, train_loss = 0.734, val_loss = 0.801 }, new { epoch = 3, val_loss = 0.9, val_froc = 0.5 } }
        });

        Assert.Equal((201, 3), (one.Status, one.Body.GetProperty("recorded").GetInt32()));
        var session = (await api.Get($"{Sessions}/{id}")).Body;
        Assert.Equal((3, 0.75, 2), (session.GetProperty("current_epoch").GetInt32(), session.GetProperty("progress").GetDouble(),
            session.GetProperty("best_epoch").GetInt32()));
        var metrics = (await api.Get($"{Sessions}/{id}/metrics?limit=2")).Body.GetProperty("metrics");
        Assert.Equal([2, 3], metrics.EnumerateArray().Select(epoch => epoch.GetProperty("epoch").GetInt32()));
        var losses = (await api.Get($"{Sessions}/{id}/metrics?metric_name=train_loss")).Body.GetProperty("metrics");
        Assert.Equal("2025-12-19T10:31:00Z", losses[0].GetProperty("timestamp").GetString());
        Assert.Equal(2, losses.GetArrayLength());
        Assert.False(losses[0].TryGetProperty("val_loss", out _));
        var history = (await api.Get($"/api/v1/metrics/{id}/history?metric_name=val_loss")).Body;
        Assert.Equal([0.912, 0.801, 0.9], history.GetProperty("values").EnumerateArray().Select(value => value.GetDouble()));

        Assert.Equal("completed", (await api.Post($"{Sessions}/{id}/complete", null)).Body.GetProperty("status").GetString());
        Assert.Equal(409, (await api.Post($"{Sessions}/{id}/metrics", new { epoch = 4, val_loss = 1.0 })).Status);
    }

    [Theory]
    [InlineData("""{"train_loss": 1}""", "epoch")]
    [InlineData("""{"epoch": -1, "train_loss": 1}""", "epoch")]
    [InlineData("""{"epoch": 1.5, "train_loss": 1}""", "epoch")]
    [InlineData("""{"epoch": 1, "train_loss": "low"}""", "train_loss")]
    [InlineData("""{"epoch": 1, "train_loss": 1e999}""", "train_loss")]
    [InlineData("""{"epoch": 1, "train_loss": 1, "timestamp": "today"}""", "timestamp")]
    [InlineData("""{"epoch": 1}""", "metrics")]
    [InlineData("""{"metrics": []}""", "metrics")]
    [InlineData("""{"metrics": [5]}""", "metrics[0]")]
    [InlineData("""{"metrics": [{"epoch": 1, "loss": null}]}""", "metrics[0].loss")]
    [InlineData("""{"metrics": [{"epoch": 1, "loss": 1}], "epoch": 1}""", "epoch")]
    public async Task A_bad_report_names_its_field(string body, string field)
    {
        using var api = server.Client();
        var refused = await api.Post($"{Sessions}/{await External(api, 10)}/metrics", body);

        Assert.Equal((422, field), (refused.Status, refused.Error.GetProperty("details").GetProperty("field").GetString()));
    }

    [Fact]
    public async Task A_session_that_the_server_trains_or_that_is_not_started_takes_no_reports()
    {
        using var api = server.Client();
        var own = await api.NewSession();
        var idle = await api.NewSession(new { trainer = "external" });

        Assert.Equal(409, (await api.Post($"{Sessions}/{own}/metrics", new { epoch = 1, loss = 1.0 })).Status);
        Assert.Equal(409, (await api.Post($"{Sessions}/{own}/complete", null)).Status);
        Assert.Equal(409, (await api.Post($"{Sessions}/{idle}/metrics", new { epoch = 1, loss = 1.0 })).Status);
    }

    [Fact]
    public async Task A_long_history_is_thinned_out_and_keeps_its_peaks()
    {
        using var api = server.Client();
        var id = await External(api, 30_000);
        var epochs = Enumerable.Range(1, 30_000).Select(epoch =>
            $$"""{"epoch":{{epoch}},"val_loss":{{(epoch == 12_345 ? 99 : 1.0 / epoch).ToString("R", CultureInfo.InvariantCulture)}}}""");
        var reported = await api.Post($"{Sessions}/{id}/metrics", $$"""{"metrics":[{{string.Join(',', epochs)}}]}""");

        Assert.Equal(30_000, reported.Body.GetProperty("recorded").GetInt32());
        var thinned = (await api.Get($"/api/v1/metrics/{id}/history?metric_name=val_loss&max_points=100")).Body;
        Assert.Equal(30_000, thinned.GetProperty("total").GetInt32());
        Assert.InRange(thinned.GetProperty("values").GetArrayLength(), 50, 100);
        Assert.Contains(12_345, thinned.GetProperty("epochs").EnumerateArray().Select(epoch => epoch.GetInt32()));
        Assert.Equal(thinned.GetProperty("values").GetArrayLength(), thinned.GetProperty("timestamps").GetArrayLength());
    }

    [Fact]
    public async Task A_reader_resumes_exactly_after_the_last_event_it_saw_and_does_not_come_again_at_the_end()
    {
        using var api = server.Client();
        var id = await External(api, 3);
        for (var epoch = 1; epoch <= 3; epoch++)
        {
            await api.Post($"{Sessions}/{id}/metrics", new { epoch, train_loss = 1.0 / epoch });
        }

        await api.Post($"{Sessions}/{id}/complete", null);
        var all = await Feed(api, id, null);

        Assert.Equal(["status", "status", "metrics", "metrics", "metrics", "completed"], all.Select(item => item.Event));
        Assert.Equal([1, 2, 3], all.Where(item => item.Event == "metrics").Select(item => item.Data.GetProperty("epoch").GetInt32()));
        for (var seen = 0; seen < all.Count - 1; seen++)
        {
            Assert.Equal(all.Skip(seen + 1).Select(item => item.Id), (await Feed(api, id, all[seen].Id)).Select(item => item.Id));
        }

        using var again = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/sse/training/{id}")
        { Headers = { { "Last-Event-ID", all[^1].Id } } };
        using var answer = await api.Http.SendAsync(again, Ct);
        Assert.Equal(204, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_socket_carries_the_same_messages_and_the_loss_under_its_short_name()
    {
        using var api = server.Client();
        var id = await External(api, 1);
        using var socket = new ClientWebSocket();
        var address = server.Address.Replace("http", "ws", StringComparison.Ordinal);
        await socket.ConnectAsync(new Uri($"{address}/api/v1/ws/training/{id}?api_key={ServerFixture.AdminKey}"), Ct);
        await api.Post($"{Sessions}/{id}/metrics", new { epoch = 1, train_loss = 0.25 });
        await api.Post($"{Sessions}/{id}/complete", null);

        var messages = new List<JsonElement>();
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer, Ct) is { MessageType: WebSocketMessageType.Text } part)
        {
            messages.Add(JsonSerializer.Deserialize<JsonElement>(Encoding.UTF8.GetString(buffer, 0, part.Count)));
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Ct);
        Assert.Equal(["status", "status", "metrics", "completed"], messages.Select(message => message.GetProperty("event").GetString()));
        Assert.Equal((1, 0.25, 0.25), (messages[2].GetProperty("epoch").GetInt32(), messages[2].GetProperty("loss").GetDouble(),
            messages[2].GetProperty("train_loss").GetDouble()));
        Assert.Equal(400, (await api.Get($"/api/v1/ws/training/{id}")).Status);
    }

    private static async Task<string> External(ApiClient api, int epochs)
    {
        var id = await api.NewSession(new { trainer = "external", config = new { epochs, framework = "torch" } });
        await api.Post($"{Sessions}/{id}/start", null);
        return id;
    }

    private static async Task<IReadOnlyList<(string Id, string Event, JsonElement Data)>> Feed(ApiClient api, string session, string? after)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/sse/training/{session}");
        if (after is not null)
        {
            request.Headers.Add("Last-Event-ID", after);
        }

        using var response = await api.Http.SendAsync(request, Ct);
        var blocks = (await response.Content.ReadAsStringAsync(Ct))
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(block => !block.StartsWith(':'));
        return
        [
            .. blocks.Select(block => block.Split('\n')
                .ToDictionary(line => line[..line.IndexOf(':')], line => line[(line.IndexOf(':') + 2)..]))
                .Select(lines => (lines["id"], lines["event"], JsonSerializer.Deserialize<JsonElement>(lines["data"]))),
        ];
    }
}
