using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EventSourcedAnomaly.Server.Tests.Security;
using Npgsql;

namespace EventSourcedAnomaly.Server.Tests.TrainingSessions;

/// <summary>Checkpoints go up and come down as they were, the best is known, and nothing stays of one that did not arrive.</summary>
public sealed class CheckpointTests(ServerFixture server)
{
    private const string Checkpoints = "/api/v1/checkpoints", Sessions = "/api/v1/training/sessions";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_checkpoint_goes_up_whatever_the_order_of_its_fields_is_listed_and_comes_down_as_it_was()
    {
        using var api = await server.ClientOf("checkpoints-example");
        var session = await api.NewSession(new { trainer = "external" });
        var bytes = RandomNumberGenerator.GetBytes((5 << 19) + 7);
        var uploaded = await api.Upload(Checkpoints, bytes, "../../epoch 50.pth", ("session_id", session), ("epoch", "50"),
            ("metrics", """{"val_froc": 0.856, "val_loss": 0.2}"""));
        var id = uploaded.Body.GetProperty("checkpoint_id").GetString()!;

        Assert.Equal(201, uploaded.Status);
        Assert.StartsWith("ckpt_", id, StringComparison.Ordinal);
        Assert.Equal(bytes.Length / 1048576.0, uploaded.Body.GetProperty("file_size_mb").GetDouble(), 1e-6);
        var listed = (await api.Get($"{Checkpoints}?session_id={session}&limit=10")).Body;
        var one = listed.GetProperty("checkpoints")[0];
        Assert.Equal((1, 10, 0),
            (listed.GetProperty("total").GetInt32(), listed.GetProperty("limit").GetInt32(), listed.GetProperty("offset").GetInt32()));
        Assert.Equal((id, session, 50, "val_loss", 0.2, true), (
            one.GetProperty("checkpoint_id").GetString(), one.GetProperty("session_id").GetString(), one.GetProperty("epoch").GetInt32(),
            one.GetProperty("metric_name").GetString(), one.GetProperty("metric_value").GetDouble(),
            one.GetProperty("is_best").GetBoolean()));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), one.GetProperty("sha256").GetString());
        Assert.Equal(one.ToString(), (await api.Get($"{Checkpoints}/{id}")).Body.ToString());

        using var whole = await api.Http.GetAsync(one.GetProperty("file_path").GetString(), Ct);
        Assert.Equal(bytes, await whole.Content.ReadAsByteArrayAsync(Ct));
        Assert.Equal("attachment", whole.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("epoch 50.pth", whole.Content.Headers.ContentDisposition.FileName!.Trim('"'));
        Assert.False(whole.Headers.ETag!.IsWeak);

        Assert.Equal("Checkpoint deleted successfully", (await api.Delete($"{Checkpoints}/{id}")).Body.GetProperty("message").GetString());
        Assert.Equal(404, (await api.Get($"{Checkpoints}/{id}")).Status);
        Assert.Equal(404, (await api.Get($"{Checkpoints}/{id}/download")).Status);
        Assert.Equal(404, (await api.Delete($"{Checkpoints}/{id}")).Status);
        await Until(async () => await Parts(server.Database, "checkpoints-example") == 0);
    }

    [Fact]
    public async Task A_download_is_resumed_from_any_byte_while_the_checkpoint_is_the_same()
    {
        using var api = server.Client();
        var session = await api.NewSession(new { trainer = "external" });
        var bytes = RandomNumberGenerator.GetBytes((3 << 20) + 11);
        var path = $"{Checkpoints}/{(await Upload(api, session, 1, bytes)).GetProperty("checkpoint_id").GetString()}/download";
        using var head = await api.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Ct);
        var tag = head.Headers.ETag!;

        foreach (var (from, to) in new (long From, long? To)[] { (0, 0), (1_048_570, 1_048_580), (2_000_000, null),
            (bytes.Length - 1, null), (5, 99_999_999) })
        {
            using var part = await Ranged(api, path, new RangeHeaderValue(from, to), new RangeConditionHeaderValue(tag));
            var last = Math.Min(to ?? long.MaxValue, bytes.Length - 1);
            Assert.Equal((HttpStatusCode.PartialContent, from, last, (long)bytes.Length), (
                part.StatusCode, part.Content.Headers.ContentRange!.From, part.Content.Headers.ContentRange.To,
                part.Content.Headers.ContentRange.Length));
            Assert.Equal(bytes[(int)from..(int)(last + 1)], await part.Content.ReadAsByteArrayAsync(Ct));
        }

        using var tail = await Ranged(api, path, new RangeHeaderValue(null, 5), null);
        Assert.Equal(bytes[^5..], await tail.Content.ReadAsByteArrayAsync(Ct));
        using var other =
            await Ranged(api, path, new RangeHeaderValue(5, 9), new RangeConditionHeaderValue(new EntityTagHeaderValue("\"other\"")));
        Assert.Equal((HttpStatusCode.OK, (long)bytes.Length), (other.StatusCode, other.Content.Headers.ContentLength));
        using var beyond = await Ranged(api, path, new RangeHeaderValue(bytes.Length, null), null);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        using var known = new HttpRequestMessage(HttpMethod.Get, path);
        known.Headers.IfNoneMatch.Add(tag);
        using var unchanged = await api.Http.SendAsync(known, Ct);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Fact]
    public async Task The_last_ones_and_the_best_stay_and_whoever_follows_hears_of_it()
    {
        using var api = server.Client();
        var session = await api.NewSession(new
        { trainer = "external", config = new { epochs = 9, checkpoints = new { metric = "val_froc", mode = "max", keep_last = 2 } } });
        await api.Post($"{Sessions}/{session}/start", null);
        foreach (var (epoch, froc) in new[] { (1, 0.5), (2, 0.9), (3, 0.6), (4, 0.9), (5, 0.7) })
        {
            await Upload(api, session, epoch, [1, 2, 3],
                $$"""{"val_loss": {{epoch}}, "val_froc": {{froc.ToString(System.Globalization.CultureInfo.InvariantCulture)}}}""");
        }

        Assert.Equal([(5, false), (4, false), (2, true)], await Kept(api, session));
        var best = (await api.Get($"{Checkpoints}?session_id={session}")).Body.GetProperty("checkpoints")
            .EnumerateArray().Single(kept => kept.GetProperty("is_best").GetBoolean());
        await api.Delete($"{Checkpoints}/{best.GetProperty("checkpoint_id").GetString()}");
        Assert.Equal([(5, false), (4, true)], await Kept(api, session));

        await api.Post($"{Sessions}/{session}/complete", null);
        await Upload(api, session, 6, [4]);
        var feed = await api.Http.GetStringAsync($"/api/v1/sse/training/{session}", Ct);
        Assert.Equal(6, feed.Split("event: checkpoint\n").Length - 1);
        Assert.Equal(3, feed.Split("event: checkpoint_removed\n").Length - 1);
        Assert.Equal(1, feed.Split("event: completed\n").Length - 1);
    }

    [Fact]
    public async Task Where_nobody_says_what_is_best_the_first_checkpoints_metric_decides()
    {
        using var api = server.Client();
        var (accuracy, reported) = (await api.NewSession(new { trainer = "external" }), await api.NewSession(new { trainer = "external" }));
        await Upload(api, accuracy, 1, [1], """{"train_accuracy": 0.9, "val_accuracy": 0.5}""");
        await Upload(api, accuracy, 2, [2], """{"train_accuracy": 0.8, "val_accuracy": 0.7}""");
        await Upload(api, accuracy, 3, [3], """{"val_loss": 0.1}""");
        Assert.Equal([(3, false), (2, true), (1, false)], await Kept(api, accuracy));

        await api.Post($"{Sessions}/{reported}/start", null);
        await api.Post($"{Sessions}/{reported}/metrics", new
        { metrics = new[] { new { epoch = 1, val_loss = 0.2 }, new { epoch = 2, val_loss = 0.4 } } });
        await Upload(api, reported, 1, [1]);
        await Upload(api, reported, 2, [2]);
        Assert.Equal([(2, false), (1, true)], await Kept(api, reported));
    }

    [Fact]
    public async Task The_servers_own_training_keeps_its_last_and_its_best_epoch()
    {
        using var api = server.Client();
        var id = await api.NewSession();
        await api.Post($"{Sessions}/{id}/start", null);
        var done = await api.Session(id, "completed");
        var kept = (await api.Get($"{Checkpoints}?session_id={id}")).Body.GetProperty("checkpoints").EnumerateArray().ToArray();

        Assert.InRange(kept.Length, 3, 4);
        Assert.Equal(done.GetProperty("current_epoch").GetInt32(), kept[0].GetProperty("epoch").GetInt32());
        var best = Assert.Single(kept, one => one.GetProperty("is_best").GetBoolean());
        Assert.Equal((done.GetProperty("best_epoch").GetInt32(), done.GetProperty("best_value").GetDouble()),
            (best.GetProperty("epoch").GetInt32(), best.GetProperty("metric_value").GetDouble()));
        var bytes = await api.Http.GetByteArrayAsync(best.GetProperty("file_path").GetString(), Ct);
        Assert.Equal(best.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    [Theory]
    [InlineData("epoch", "many", "epoch")]
    [InlineData("epoch", "-1", "epoch")]
    [InlineData("epoch", "1.5", "epoch")]
    [InlineData("metrics", "0.5", "metrics")]
    [InlineData("metrics", "{\"val_loss\": ", "metrics")]
    [InlineData("metrics", "{\"val_loss\": \"low\"}", "metrics.val_loss")]
    [InlineData("metrics", "{\"val_loss\": 1e999}", "metrics.val_loss")]
    [InlineData("epochs", "5", "epochs")]
    [InlineData("session_id", null, "session_id")]
    [InlineData("epoch", null, "epoch")]
    [InlineData("file", null, "file")]
    [InlineData("file", "", "file")]
    public async Task A_bad_upload_names_its_field(string name, string? value, string field)
    {
        using var api = server.Client();
        var fields = new Dictionary<string, string?>
        {
            ["session_id"] = await api.NewSession(new { trainer = "external" }), ["epoch"] = "1",
            ["file"] = "bytes", [name] = value
        };
        using var form = new MultipartFormDataContent();
        foreach (var (key, content) in fields.Where(one => one.Value is not null))
        {
            if (key == "file")
            {
                form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(content!)), key, "a.pth");
            }
            else
            {
                form.Add(new StringContent(content!), key);
            }
        }

        var refused = await Answer.Of(await api.Http.PostAsync(Checkpoints, form, Ct));
        Assert.Equal((422, field), (refused.Status, refused.Error.GetProperty("details").GetProperty("field").GetString()));
    }

    [Fact]
    public async Task Nothing_stays_of_an_upload_that_breaks_off_or_goes_to_no_session()
    {
        using var api = await server.ClientOf("checkpoints-broken");
        var nowhere = await api.Upload(Checkpoints, new byte[3 << 20], "a.pth", ("session_id", "sess_none"), ("epoch", "1"));
        Assert.Equal((404, "session_id"), (nowhere.Status, nowhere.Error.GetProperty("details").GetProperty("field").GetString()));
        using var broken =
            new ByteArrayContent(
                [.. "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"u8, .. new byte[3 << 20]]);
        broken.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");
        Assert.Equal(400, (await Answer.Of(await api.Http.PostAsync(Checkpoints, broken, Ct))).Status);
        Assert.Equal(415, (await api.Post(Checkpoints, new { epoch = 1 })).Status);

        Assert.Equal(0, await Parts(server.Database, "checkpoints-broken"));
    }

    [Fact]
    public async Task A_tenant_neither_sees_nor_touches_anothers_checkpoints()
    {
        using var one = await server.ClientOf("checkpoints-one");
        using var two = await server.ClientOf("checkpoints-two");
        var session = await one.NewSession(new { trainer = "external" });
        var id = (await Upload(one, session, 1, [1, 2, 3])).GetProperty("checkpoint_id").GetString();

        Assert.Equal(0, (await two.Get($"{Checkpoints}?session_id={session}")).Body.GetProperty("total").GetInt32());
        Assert.Equal(404, (await two.Get($"{Checkpoints}/{id}")).Status);
        Assert.Equal(404, (await two.Get($"{Checkpoints}/{id}/download")).Status);
        Assert.Equal(404, (await two.Delete($"{Checkpoints}/{id}")).Status);
        Assert.Equal(404, (await two.Upload(Checkpoints, [1], "a.pth", ("session_id", session), ("epoch", "1"))).Status);
        Assert.Equal(200, (await one.Get($"{Checkpoints}/{id}")).Status);
    }

    [Fact]
    public async Task Bytes_that_are_not_those_that_were_stored_are_not_given_out()
    {
        using var api = await server.ClientOf("checkpoints-damaged");
        var id = (await Upload(api, await api.NewSession(new { trainer = "external" }), 1, new byte[100]))
            .GetProperty("checkpoint_id").GetString();
        await using var database = NpgsqlDataSource.Create(server.Database);
        await using var damage =
            database.CreateCommand("update checkpoint_parts set data = set_byte(data, 50, 1) where tenant_id = 'checkpoints-damaged'");
        Assert.Equal(1, await damage.ExecuteNonQueryAsync(Ct));

        await Assert.ThrowsAsync<HttpRequestException>(() => api.Http.GetByteArrayAsync($"{Checkpoints}/{id}/download", Ct));
    }

    [Fact]
    public async Task What_a_killed_silo_was_receiving_is_removed_by_the_next_and_another_silo_serves_what_it_had_received()
    {
        var database = await server.FreshDatabase();
        string kept;
        var first = await AnotherSilo.Start(database);
        try
        {
            using var api = new ApiClient(new Uri(first.Address), ServerFixture.AdminKey);
            var session = await api.NewSession(new { trainer = "external" });
            kept = (await Upload(api, session, 1, [7, 8, 9])).GetProperty("checkpoint_id").GetString()!;
            using var endless = new EndlessForm();
            var sending = api.Http.PostAsync(Checkpoints, endless, Ct);
            await Until(async () => await Parts(database, "default") > 2);
            Assert.False(sending.IsCompleted);
        }
        finally
        {
            await first.DisposeAsync();
        }

        await using var second = await AnotherSilo.Start(database);
        await Until(async () => await Parts(database, "default") == 1);
        using var later = new ApiClient(new Uri(second.Address), ServerFixture.AdminKey);
        Assert.Equal([7, 8, 9], await later.Http.GetByteArrayAsync($"{Checkpoints}/{kept}/download", Ct));
    }

    [Fact]
    public async Task An_upload_beyond_the_limit_is_refused_and_other_paths_keep_theirs()
    {
        await using var silo = await AnotherSilo.Start(await server.FreshDatabase(), ("ESA_MAX_UPLOAD_MB", "1"));
        using var api = new ApiClient(new Uri(silo.Address), ServerFixture.AdminKey);
        var session = await api.NewSession(new { trainer = "external" });

        var refused = await api.Upload(Checkpoints, new byte[(1 << 20) + 1], "a.pth", ("session_id", session), ("epoch", "1"));
        Assert.Equal((413, "file"), (refused.Status, refused.Error.GetProperty("details").GetProperty("field").GetString()));
        Assert.Equal(201, (await api.Upload(Checkpoints, new byte[1 << 20], "a.pth", ("session_id", session), ("epoch", "1"))).Status);
    }

    [Fact]
    public async Task Where_the_disk_has_no_room_an_upload_is_refused_and_the_log_goes_on()
    {
        await using var silo = await AnotherSilo.Start(string.Empty, ("ESA_RESERVED_DISK_MB", "1048576"));
        using var api = new ApiClient(new Uri(silo.Address), ServerFixture.AdminKey);
        var session = await api.NewSession(new { trainer = "external" });

        var refused = await api.Upload(Checkpoints, new byte[10], "a.pth", ("session_id", session), ("epoch", "1"));
        Assert.Equal((507, "file"), (refused.Status, refused.Error.GetProperty("details").GetProperty("field").GetString()));
        Assert.Equal(200, (await api.Post($"{Sessions}/{session}/start", null)).Status);
    }

    private static async Task<JsonElement> Upload(ApiClient api, string session, int epoch, byte[] bytes, string? metrics = null)
    {
        (string, string)[] fields = [("session_id", session), ("epoch", epoch.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            .. metrics is null ? Array.Empty<(string, string)>() : [("metrics", metrics)]];
        var uploaded = await api.Upload(Checkpoints, bytes, $"epoch_{epoch}.pth", fields);
        Assert.True(uploaded.Status == 201, uploaded.Body.ToString());
        return uploaded.Body;
    }

    private static async Task<IEnumerable<(int Epoch, bool IsBest)>> Kept(ApiClient api, string session) =>
        (await api.Get($"{Checkpoints}?session_id={session}")).Body.GetProperty("checkpoints").EnumerateArray()
            .Select(kept => (kept.GetProperty("epoch").GetInt32(), kept.GetProperty("is_best").GetBoolean()));

    private static async Task<HttpResponseMessage> Ranged(ApiClient api, string path, RangeHeaderValue range,
        RangeConditionHeaderValue? condition)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        (request.Headers.Range, request.Headers.IfRange) = (range, condition);
        return await api.Http.SendAsync(request, Ct);
    }

    private static async Task<long> Parts(string database, string tenant)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand("select count(*) from checkpoint_files f left join checkpoint_parts p using "
            + "(tenant_id, checkpoint_id) where f.tenant_id = $1");
        command.Parameters.Add(new() { Value = tenant });
        return (long)(await command.ExecuteScalarAsync(Ct))!;
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Delay(20, Ct);
        }
    }

    /// <summary>A form whose file does not end until its reader is gone.</summary>
    private sealed class EndlessForm : HttpContent
    {
        public EndlessForm() => Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"u8.ToArray(), Ct);
            var some = new byte[1 << 16];
            while (true)
            {
                await stream.WriteAsync(some, Ct);
                await stream.FlushAsync(Ct);
                await Task.Delay(2, Ct);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
