using EventSourcedAnomaly.Server.Infrastructure.Security;
using EventSourcedAnomaly.Server.Tests.Api;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EventSourcedAnomaly.Server.Tests.Security;

/// <summary>Plans hold, on all silos together, and every answer says how they stand.</summary>
public sealed class RateLimitTests(ServerFixture server)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("platform", 1000, "\"default\";q=1000;w=60, \"burst\";q=100;w=1")]
    [InlineData("standard", 1000, "\"standard\";q=1000;w=3600")]
    [InlineData("enterprise", 10000, "\"enterprise\";q=10000;w=3600")]
    [InlineData("reference", 1000, "\"reference\";q=1000;w=3600")]
    [InlineData("premium", 10000, "\"premium\";q=10000;w=3600")]
    [InlineData("operations", 100, "\"default\";q=200;w=120, \"daily\";q=10000;w=86400")]
    [InlineData("training", 100, "\"minute\";q=100;w=60, \"hour\";q=1000;w=3600")]
    public async Task Every_answer_of_a_plan_says_how_it_stands(string plan, int amount, string policy)
    {
        using var client = await ClientOf(plan);

        foreach (var (path, status) in new[] { ("/v1/detectors", 200), ("/api/v1/detectors/none", 404), ("/api/v1/audit/events", 403) })
        {
            var answer = await client.Get(path);

            Assert.Equal(status, answer.Status);
            Assert.Equal(amount, Number(answer, "X-RateLimit-Limit"));
            Assert.InRange(Number(answer, "X-RateLimit-Remaining"), 0, amount - 1);
            Assert.InRange(Number(answer, "X-RateLimit-Reset"), DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 5,
                DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 86401);
            Assert.Equal(policy, answer.Headers.GetValues("RateLimit-Policy").Single());
            Assert.Contains(";r=", answer.Headers.GetValues("RateLimit").Single(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Detections_are_counted_apart_from_other_requests()
    {
        using var client = await ClientOf("platform");

        var answer = await client.Post("/v1/detect", new { detector_id = "detector_none", data = new[] { new[] { 1.0 } } });

        Assert.Equal(10_000, Number(answer, "X-RateLimit-Limit"));
        Assert.Equal(999, Number(await client.Get("/v1/detectors"), "X-RateLimit-Remaining"));
    }

    [Fact]
    public async Task Health_descriptions_and_internal_keys_are_free()
    {
        using var admin = server.Client();
        using var anonymous = new ApiClient(new Uri(server.Address), null);

        foreach (var answer in new[] { await admin.Get("/v1/detectors"), await anonymous.Get("/health"),
            await anonymous.Get("/openapi.json"), await anonymous.Get("/v1/detectors") })
        {
            Assert.False(answer.Headers.Contains("X-RateLimit-Limit"));
        }
    }

    [Fact]
    public async Task Anonymous_requests_are_limited_by_address_on_all_silos_together()
    {
        const int Limit = 40;
        var database = await server.FreshDatabase();
        await using var first = await AnotherSilo.Start(database, ("ESA_ANONYMOUS_PER_HOUR", "40"));
        await using var second = await AnotherSilo.Start(database, ("ESA_ANONYMOUS_PER_HOUR", "40"));
        using var here = new ApiClient(new Uri(first.Address), null);
        using var there = new ApiClient(new Uri(second.Address), null);

        var answers = await Task.WhenAll(Enumerable.Range(0, Limit * 2).Select(i => (i % 2 == 0 ? here : there).Get("/v1/version")));

        Assert.Equal(Limit, answers.Count(answer => answer.Status == 200));
        var refused = await here.Post("/api/v1/auth/login", new { username = "admin", password = "x" });
        Assert.Equal(429, refused.Status);
        Assert.Equal("application/problem+json", refused.ContentType);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 3600);
        Assert.Equal((40, 0), (Number(refused, "X-RateLimit-Limit"), Number(refused, "X-RateLimit-Remaining")));
        Assert.Equal("RATE_LIMIT_EXCEEDED", (await there.Get("/v1/version")).Error.GetProperty("code").GetString());
        Assert.Equal(401, (await there.Get("/v1/detectors")).Status);
        Assert.Equal(200, (await there.Get("/health")).Status);
    }

    [Theory]
    [InlineData(100, 1)]
    [InlineData(1000, 1)]
    [InlineData(10_000, 1)]
    [InlineData(100, 2)]
    public async Task A_window_grants_exactly_its_amount_whoever_asks_and_begins_anew(int amount, int burst)
    {
        var limit = new RateLimit($"exact-{Guid.NewGuid():N}", amount, TimeSpan.FromMinutes(1)) { Burst = burst };
        var time = new SetTime(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
        var store = server.Services.GetRequiredService<NpgsqlDataSource>();
        using var one = new RateWindows(store, time, NullLogger<RateWindows>.Instance);
        using var two = new RateWindows(store, time, NullLogger<RateWindows>.Instance);

        Assert.Equal(amount * burst, await Granted(limit, one, two));
        Assert.False((await one.Take("somebody", limit, Ct)).Granted);
        time.Now += TimeSpan.FromMinutes(burst);
        Assert.Equal(amount * burst, await Granted(limit, one, two));
    }

    [Fact]
    public async Task Ten_trainings_at_once_and_no_more_until_one_ends()
    {
        using var admin = server.Client();
        await admin.Post("/api/v1/tenants", new { id = "slots", name = "slots" });
        using var client = await SlotsClient(admin);
        using var another = await SlotsClient(admin);
        var dataset = await client.Dataset(Tables.Blob(5_000, 8));
        var detectors = await Task.WhenAll(Enumerable.Range(0, 13)
            .Select(async _ => (await client.Post("/api/v1/detectors", Endless)).Data.GetProperty("detector_id").GetString()!));

        var asked = await Task.WhenAll(
            detectors[..12].Select(detector => client.Post($"/v1/detectors/{detector}/train", new { dataset_id = dataset })));
        var granted = asked.Where(answer => answer.Status == 202)
            .Select(answer => answer.Body.GetProperty("training_id").GetString()!).ToList();
        var refused = asked.First(answer => answer.Status != 202);

        Assert.Equal(10, granted.Count);
        Assert.Equal(429, refused.Status);
        Assert.NotNull(refused.Headers.RetryAfter);
        var elsewhere = await another.Post($"/v1/detectors/{detectors[12]}/train", new { dataset_id = dataset });
        Assert.Equal(202, elsewhere.Status);

        await client.Post($"/api/v1/training/{granted[0]}/cancel", null);
        var next = await client.Post($"/v1/detectors/{detectors[Array.FindIndex(asked, answer => answer.Status == 429)]}/train",
            new { dataset_id = dataset });
        Assert.Equal(202, next.Status);
        foreach (var training in granted.Skip(1).Append(next.Body.GetProperty("training_id").GetString())
            .Append(elsewhere.Body.GetProperty("training_id").GetString()))
        {
            await client.Post($"/api/v1/training/{training}/cancel", null);
        }
    }

    private static readonly object Endless = new
    { name = "Long", algorithm = "AutoEncoder", parameters = new { epochs = 10_000, patience = 0, random_state = 1 } };

    private async Task<ApiClient> SlotsClient(ApiClient admin) =>
        server.Client((await admin.Post("/v1/auth/api-keys", new { name = "slots", tenant_id = "slots" })).Body.GetProperty("api_key")
            .GetString()!);

    private async Task<int> Granted(RateLimit limit, params RateWindows[] silos)
    {
        var states = await Task.WhenAll(Enumerable.Range(0, limit.Total + 50)
            .Select(i => silos[i % silos.Length].Take("somebody", limit, Ct).AsTask()));
        return states.Count(state => state.Granted) + (await Task.WhenAll(silos.Select(silo => Rest(silo, limit)))).Sum();
    }

    private static async Task<int> Rest(RateWindows silo, RateLimit limit)
    {
        var granted = 0;
        while ((await silo.Take("somebody", limit, Ct)).Granted)
        {
            granted++;
        }

        return granted;
    }

    private async Task<ApiClient> ClientOf(string plan)
    {
        using var admin = server.Client();
        var key = (await admin.Post("/v1/auth/api-keys", new { name = plan, plan })).Body.GetProperty("api_key").GetString()!;
        return server.Client(key);
    }

    private static long Number(Answer answer, string header) =>
        long.Parse(answer.Headers.GetValues(header).Single(), System.Globalization.CultureInfo.InvariantCulture);

    private sealed class SetTime(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
