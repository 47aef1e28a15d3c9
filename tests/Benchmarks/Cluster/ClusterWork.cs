using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using EventSourcedAnomaly.Benchmarks.Serving;

namespace EventSourcedAnomaly.Benchmarks.Cluster;

/// <summary>Work spread over two silos, and what of it goes on at the one that stays.</summary>
internal sealed class ClusterWork
{
    private const int Detectors = 48, Batches = 6, Rows = 20_000;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);
    private readonly HttpClient _survivor, _victim;
    private readonly List<string> _detectors = [];
    private readonly List<string> _batches = [];
    private string _refreshToken = string.Empty;

    private ClusterWork(HttpClient survivor, HttpClient victim) => (_survivor, _victim) = (survivor, victim);

    /// <summary>Has both silos at work.</summary>
    public static async Task<ClusterWork> Begin(HttpClient survivor, HttpClient victim, CancellationToken ct)
    {
        var work = new ClusterWork(survivor, victim);
        await work.CreateDetectors(ct);
        work._refreshToken = Text(await work.SignIn(victim, ct), "refresh_token");
        await work.StartBatches(ct);
        return work;
    }

    /// <summary>A key that ends soon, which a scheduled message sees to.</summary>
    public async Task<string> ExpiringKey(TimeSpan life, CancellationToken ct) => Text(
        await Post(_victim, "/v1/auth/api-keys", new { name = "expiring", expires_at = TimeProvider.System.GetUtcNow() + life }, ct), "id");

    /// <summary>Every detector takes a change.</summary>
    public Task GrainsAnswer(CancellationToken ct) => Task.WhenAll(_detectors.Select(id => Insist(
        async () => (await _survivor.PutAsJsonAsync($"/v1/detectors/{id}", new { description = "changed" }, ct)).IsSuccessStatusCode, ct)));

    /// <summary>A person signs in, and one who had signed in at the other silo stays signed in.</summary>
    public async Task SignInsSucceed(CancellationToken ct)
    {
        await Insist(async () =>
            (await _survivor.PostAsJsonAsync("/v1/auth/refresh", new { refresh_token = _refreshToken }, ct)).IsSuccessStatusCode, ct);
        await SignIn(_survivor, ct);
    }

    /// <summary>Every batch gets further than it had come when the silo was killed.</summary>
    public Task JobsMove(CancellationToken ct) => Task.WhenAll(_batches.Select(async batch =>
    {
        var before = await Processed(batch, ct);
        await Insist(async () => await Processed(batch, ct) is var now && (now > before || now == Rows), ct);
    }));

    private async Task CreateDetectors(CancellationToken ct)
    {
        for (var i = 0; i < Detectors; i++)
        {
            var created = await Post(i % 2 == 0 ? _survivor : _victim, "/v1/detectors", new { name = $"d{i}", algorithm = "ECOD" }, ct);
            _detectors.Add(Text(created, "id"));
        }
    }

    private async Task StartBatches(CancellationToken ct)
    {
        var dataset = await Dataset(ct);
        var detector =
            Text(await Post(_survivor, "/v1/detectors", new
            { name = "forest", algorithm = "IsolationForest", parameters = new { n_estimators = 500, random_state = 1 } }, ct), "id");
        await Post(_survivor, $"/v1/detectors/{detector}/train", new { dataset_id = dataset }, ct);
        await Insist(async () =>
            Text(await _survivor.GetFromJsonAsync<JsonElement>($"/v1/detectors/{detector}", ct), "status") == "trained", ct);
        for (var i = 0; i < Batches; i++)
        {
            var batch = await Post(
                i % 2 == 0 ? _survivor : _victim, $"/api/v1/detectors/{detector}/batch-detect",
                new { dataset_id = dataset, batch_size = 20 }, ct);
            _batches.Add(Text(batch.GetProperty("data"), "batch_id"));
        }

        foreach (var id in _batches)
        {
            await Insist(async () => await Processed(id, ct) > 0, ct);
        }
    }

    private async Task<string> Dataset(CancellationToken ct)
    {
        var random = new Random(2);
        var csv = new StringBuilder("a,b,c,d,e,f\n");
        for (var row = 0; row < Rows; row++)
        {
            csv.AppendJoin(',', Enumerable.Range(0, 6).Select(_ => random.NextDouble().ToString("R", CultureInfo.InvariantCulture)))
                .Append('\n');
        }

        using var form = new MultipartFormDataContent { { new StringContent(csv.ToString()), "file", "rows.csv" } };
        using var uploaded = await _survivor.PostAsync("/v1/datasets", form, ct);
        return Text(await uploaded.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(ct), "id");
    }

    private Task<JsonElement> SignIn(HttpClient silo, CancellationToken ct) =>
        Post(silo, "/v1/auth/login", new { username = "admin", password = ProductProcess.Key }, ct);

    private async Task<int> Processed(string batch, CancellationToken ct) =>
        (await _survivor.GetFromJsonAsync<JsonElement>($"/v1/detect/batch/{batch}", ct)).GetProperty("processed_samples").GetInt32();

    private static async Task Insist(Func<Task<bool>> attempt, CancellationToken ct)
    {
        while (!await attempt())
        {
            await Task.Delay(Step, ct);
        }
    }

    private static async Task<JsonElement> Post(HttpClient silo, string path, object body, CancellationToken ct)
    {
        using var response = await silo.PostAsJsonAsync(path, body, ct);
        return await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(ct);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
