using System.Text.Json;
using Npgsql;

namespace EventSourcedAnomaly.Server.Tests.Alerts;

/// <summary>Rules on the machine and on training sessions, and the alerts that come of them.</summary>
public sealed class AlertTests(ServerFixture server)
{
    private const string Alerts = "/api/v1/alerts", Rules = $"{Alerts}/rules", Sessions = "/api/v1/training/sessions";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_machine_is_held_to_every_tenants_own_rules()
    {
        using var one = await server.ClientOf("alerts-one");
        using var two = await server.ClientOf("alerts-two");
        var rule = await one.Post(Rules, new
        {
            name = "high_memory_usage", metric = "memory_percent", condition = "greater_than",
            threshold = 0.1, severity = "high", enabled = true
        });
        Assert.Equal(201, rule.Status);
        Assert.Equal(($"{Rules}/{Text(rule.Body, "rule_id")}", "system"), (rule.Headers.Location!.ToString(), Text(rule.Body, "source")));

        var alert = await One(one, $"{Alerts}?status=active&severity=high");
        Assert.Equal(("high_memory_usage", "Memory usage above 0.1%", "high", "active"),
            (Text(alert, "rule_name"), Text(alert, "message"), Text(alert, "severity"), Text(alert, "status")));
        Assert.InRange(alert.GetProperty("value").GetDouble(), 0.1, 100);
        await Task.Delay(TimeSpan.FromSeconds(5), Ct);
        Assert.Equal(1, (await one.Get(Alerts)).Body.GetProperty("total").GetInt32());
        Assert.Equal(0, (await one.Get($"{Alerts}?severity=low")).Body.GetProperty("total").GetInt32());
        Assert.Equal(0, (await two.Get(Alerts)).Body.GetProperty("total").GetInt32());
        var id = Text(alert, "alert_id");
        Assert.Equal(404, (await two.Get($"{Alerts}/{id}")).Status);
        Assert.Equal(404, (await two.Post($"{Alerts}/{id}/acknowledge", new { acknowledged_by = "spy" })).Status);
        Assert.Equal(404, (await two.Post($"{Alerts}/{id}/resolve", null)).Status);
        Assert.Equal(404, (await two.Get($"{Rules}/{Text(rule.Body, "rule_id")}")).Status);

        Assert.Equal(200, (await one.Delete($"{Rules}/{Text(rule.Body, "rule_id")}")).Status);
        Assert.Equal("rule_deleted", Text(await One(one, $"{Alerts}?status=resolved"), "resolution"));
        Assert.Equal(404, (await one.Get($"{Rules}/{Text(rule.Body, "rule_id")}")).Status);
    }

    [Fact]
    public async Task A_training_sessions_metric_alerts_once_and_is_over_when_it_has_been_good_for_the_hold_off()
    {
        using var api = await server.ClientOf("alerts-training");
        var watched = await Started(api);
        var other = await Started(api);
        var rule = (await api.Post(Rules, new
        {
            name = "diverging", metric = "val_loss", condition = "greater_than", threshold = 1,
            severity = "critical", duration = 60, hold_off = 120, session_id = watched
        })).Body;
        Assert.Equal(("training", 60, 120),
            (Text(rule, "source"), rule.GetProperty("duration").GetInt32(), rule.GetProperty("hold_off").GetInt32()));

        await Report(api, other, (1, 0, 9), (2, 10, 9));
        await Report(api, watched, (1, 0, 2), (2, 0.5, 2));
        await Settled(api, watched, 2);
        Assert.Equal(0, (await api.Get(Alerts)).Body.GetProperty("total").GetInt32());
        await Report(api, watched, (3, 1, 3), (4, 2, 0.5), (5, 3, 4));
        var alert = await One(api, $"{Alerts}?status=active");
        Assert.Equal((watched, "critical", 3.0, $"val_loss of training session {watched} above 1"),
            (Text(alert, "session_id"), Text(alert, "severity"), alert.GetProperty("value").GetDouble(), Text(alert, "message")));

        await Report(api, watched, (6, 4, 0.5), (7, 5, 0.5), (8, 6, 0.5));
        var over = await One(api, $"{Alerts}?status=resolved");
        Assert.Equal(("condition_cleared", Text(alert, "alert_id")), (Text(over, "resolution"), Text(over, "alert_id")));
        Assert.Equal(409, (await api.Post($"{Alerts}/{Text(alert, "alert_id")}/acknowledge", new { acknowledged_by = "late" })).Status);
        Assert.Equal(1, (await api.Get(Alerts)).Body.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Whoever_acknowledged_first_stays_and_can_be_forgotten()
    {
        using var api = await server.ClientOf("alerts-people");
        var session = await Started(api);
        await api.Post(Rules, new { name = "any", metric = "val_loss", condition = "not_equal", threshold = 0 });
        await Report(api, session, (1, 0, 7));
        var id = Text(await One(api, $"{Alerts}?status=active"), "alert_id");

        var first = await api.Post($"{Alerts}/{id}/acknowledge",
            new { acknowledged_by = "quentin@quill.example", notes = "Quentin is investigating" });
        var second = await api.Post($"{Alerts}/{id}/acknowledge", new { acknowledged_by = "someone.else@quill.example" });
        Assert.Equal((200, 200, "acknowledged", "quentin@quill.example"),
            (first.Status, second.Status, Text(first.Body, "status"), Text(second.Body, "acknowledged_by")));
        Assert.Equal("Quentin is investigating", Text((await api.Get($"{Alerts}/{id}")).Body, "notes"));
        Assert.Equal(1, (await api.Get($"{Alerts}?status=acknowledged")).Body.GetProperty("total").GetInt32());

        var subject = Text(first.Body, "acknowledged_subject_id");
        Assert.Equal(200, (await api.Post($"/api/v1/audit/subjects/{subject}/erase", null)).Status);
        var erased = (await api.Get($"{Alerts}/{id}")).Body;
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null),
            (erased.GetProperty("acknowledged_by").ValueKind, erased.GetProperty("notes").ValueKind));
        Assert.DoesNotContain("quentin", $"{(await api.Get($"/api/v1/audit/streams/{id}")).Body} {await Events(id)}",
            StringComparison.OrdinalIgnoreCase);

        Assert.Equal("resolved", Text((await api.Post($"{Alerts}/{id}/resolve", null)).Body, "status"));
        Assert.Equal(("resolved", "by_hand"), (Text((await api.Post($"{Alerts}/{id}/resolve", null)).Body, "status"),
            Text((await api.Get($"{Alerts}/{id}")).Body, "resolution")));
        await Report(api, session, (2, 1, 7));
        await Settled(api, session, 2);
        Assert.Equal(1, (await api.Get(Alerts)).Body.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_rule_can_be_read_changed_and_disabled_which_ends_its_alerts()
    {
        using var api = await server.ClientOf("alerts-rules");
        var session = await Started(api);
        var id = Text(
            (await api.Post(Rules, new { name = "loss", metric = "train_loss", condition = "less_than_or_equal", threshold = 5 })).Body,
            "rule_id");
        Assert.Equal(("medium", true), (Text((await api.Get($"{Rules}/{id}")).Body, "severity"),
            (await api.Get($"{Rules}/{id}")).Body.GetProperty("enabled").GetBoolean()));
        await api.Post($"{Sessions}/{session}/metrics", new { epoch = 1, train_loss = 5.0 });
        await One(api, $"{Alerts}?status=active");

        Assert.Equal("low", Text((await api.Put($"{Rules}/{id}", new { name = "renamed", severity = "low" })).Body, "severity"));
        Assert.Equal(1, (await api.Get($"{Alerts}?status=active")).Body.GetProperty("total").GetInt32());
        Assert.False((await api.Put($"{Rules}/{id}", new { enabled = false })).Body.GetProperty("enabled").GetBoolean());
        Assert.Equal("rule_changed", Text(await One(api, $"{Alerts}?status=resolved"), "resolution"));
        await api.Post($"{Sessions}/{session}/metrics", new { epoch = 2, train_loss = 5.0 });
        await Settled(api, session, 2);
        Assert.Equal(0, (await api.Get($"{Alerts}?status=active")).Body.GetProperty("total").GetInt32());
        Assert.Equal("renamed", Text((await api.Get(Rules)).Body.GetProperty("rules")[0], "name"));
    }

    [Theory]
    [InlineData("""{"metric":"m","condition":"equal","threshold":1}""", "name")]
    [InlineData("""{"name":"n","metric":"m","threshold":1}""", "condition")]
    [InlineData("""{"name":"n","metric":"m","condition":"above","threshold":1}""", "condition")]
    [InlineData("""{"name":"n","metric":"m","condition":"equal"}""", "threshold")]
    [InlineData("""{"name":"n","metric":"m","condition":"equal","threshold":1e999}""", "threshold")]
    [InlineData("""{"name":"n","metric":"","condition":"equal","threshold":1}""", "metric")]
    [InlineData("""{"name":" ","metric":"m","condition":"equal","threshold":1}""", "name")]
    [InlineData("""{"name":"n","metric":"m","condition":"equal","threshold":1,"severity":"dire"}""", "severity")]
    [InlineData("""{"name":"n","metric":"m","condition":"equal","threshold":1,"duration":-1}""", "duration")]
    [InlineData("""{"name":"n","metric":"m","condition":"equal","threshold":1,"hold_off":1e9}""", "hold_off")]
    [InlineData("""{"name":"n","metric":"m","condition":"equal","threshold":1,"session_id":"sess_none"}""", "session_id")]
    [InlineData("""{"name":"n","metric":"m","condition":"equal","threshold":1,"unit":"%"}""", "unit")]
    public async Task A_bad_rule_names_its_field(string body, string field)
    {
        using var api = server.Client();
        var refused = await api.Post(Rules, body);

        Assert.Equal((422, field), (refused.Status, Text(refused.Error.GetProperty("details"), "field")));
    }

    [Theory]
    [InlineData("/api/v1/alerts?status=open", 422)]
    [InlineData("/api/v1/alerts?severity=dire", 422)]
    [InlineData("/api/v1/alerts?limit=0", 422)]
    [InlineData("/api/v1/alerts/alert_none", 404)]
    [InlineData("/api/v1/alerts/rules/rule_none", 404)]
    public async Task What_cannot_be_listed_or_found_is_refused_in_the_documents_shape(string path, int status)
    {
        using var api = server.Client();
        var refused = await api.Get(path);

        Assert.Equal(status, refused.Status);
        Assert.Equal(JsonValueKind.Object, refused.Error.GetProperty("details").ValueKind);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static async Task<string> Started(ApiClient api)
    {
        var id = Text((await api.Post(Sessions, new { trainer = "external", config = new { epochs = 100 } })).Body, "session_id");
        await api.Post($"{Sessions}/{id}/start", null);
        return id;
    }

    private static async Task Report(ApiClient api, string session, params (int Epoch, double Minute, double Loss)[] epochs)
    {
        foreach (var (epoch, minute, loss) in epochs)
        {
            var at = new DateTimeOffset(2025, 12, 19, 10, 0, 0, TimeSpan.Zero).AddMinutes(minute);
            Assert.Equal(201, (await api.Post($"{Sessions}/{session}/metrics", new { epoch, timestamp = at, val_loss = loss })).Status);
        }
    }

    /// <summary>The one alert of a list, as soon as it is there.</summary>
    private static async Task<JsonElement> One(ApiClient api, string path)
    {
        while (true)
        {
            var list = (await api.Get(path)).Body.GetProperty("alerts");
            if (list.GetArrayLength() > 0)
            {
                return Assert.Single(list.EnumerateArray());
            }

            await Task.Delay(50, Ct);
        }
    }

    /// <summary>Waits until the rules have seen what was reported.</summary>
    private async Task Settled(ApiClient api, string session, int epoch)
    {
        Assert.Equal(epoch, (await api.Get($"{Sessions}/{session}")).Body.GetProperty("current_epoch").GetInt32());
        await using var database = NpgsqlDataSource.Create(server.Database);
        await using var command = database.CreateCommand("""
            select (select max(seq_id) from mt_events where stream_id = $1) <= (select last_seq_id from mt_event_progression
                where name = 'training_alerts:All')
            """);
        command.Parameters.Add(new() { Value = session });
        while (await command.ExecuteScalarAsync(Ct) is not true)
        {
            await Task.Delay(20, Ct);
        }
    }

    private async Task<string> Events(string stream)
    {
        await using var database = NpgsqlDataSource.Create(server.Database);
        await using var command = database.CreateCommand("select string_agg(e::text, ' ') from mt_events e where stream_id = $1");
        command.Parameters.Add(new() { Value = stream });
        return (string)(await command.ExecuteScalarAsync(Ct))!;
    }
}
