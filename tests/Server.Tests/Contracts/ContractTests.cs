using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventSourcedAnomaly.Server.Tests.TrainingSessions;
using EventSourcedAnomaly.Server.Tests.Webhooks;

namespace EventSourcedAnomaly.Server.Tests.Contracts;

/// <summary>
/// The contracts' own examples, kept beside this class in their order, are sent to the server, and its answers have every field
/// of theirs with the same type.
/// </summary>
public sealed class ContractTests(ServerFixture server)
{
    /// <summary>What is null where nothing is known, however the example has a number: a loss without epochs, texts and times not
    /// given.</summary>
    private static readonly HashSet<string> MayBeNull =
        ["loss", "training_loss", "description", "expires_at", "last_used", "average_accuracy", "current_accuracy", "best_accuracy"];

    /// <summary>Objects whose members are named by the caller's data.</summary>
    private static readonly HashSet<string> NamedByData = ["feature_contributions", "feature_importance", "parameters"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public Task Every_example_of_the_platform_is_answered_as_documented() =>
        Walk("platform", "contract-platform", "feature1,feature2,feature3,label");

    [Fact]
    public Task Every_example_of_the_reference_is_answered_as_documented() =>
        Walk("reference", "contract-reference", "feature_0,feature_1,feature_2,label");

    [Fact]
    public Task Every_example_of_sessions_checkpoints_and_monitoring_is_answered_as_documented() =>
        Walk("training", "contract-training", "feature_0,feature_1,feature_2,label");

    [Fact]
    public async Task Every_example_of_alerts_webhooks_and_notifications_is_answered_as_documented()
    {
        using var api = await server.ClientOf("contract-alerts");
        await using var receiver = await Receiver.Start();
        var known = new Dictionary<string, string>();
        known["local_webhook_id"] = (await api.Post("/api/v1/webhooks",
            new { url = receiver.Url, events = new[] { "training_completed" } })).Body.GetProperty("webhook_id").GetString()!;
        await api.Post("/api/v1/alerts/rules", new { name = "diverging", metric = "val_froc", condition = "less_than", threshold = 0.9 });
        var session = (await api.Post("/api/v1/training/sessions", new { trainer = "external" })).Body.GetProperty("session_id")
            .GetString();
        await api.Post($"/api/v1/training/sessions/{session}/start", null);
        await api.Post($"/api/v1/training/sessions/{session}/metrics", new { epoch = 1, val_froc = 0.856 });
        await api.Post($"/api/v1/training/sessions/{session}/complete", null);
        known["notification_id"] = (await api.Get("/api/v1/notifications")).Body.GetProperty("notifications")[0].GetProperty("id")
            .GetString()!;
        JsonElement alerts;
        while ((alerts = (await api.Get("/api/v1/alerts")).Body.GetProperty("alerts")).GetArrayLength() == 0)
        {
            await Task.Delay(20, Ct);
        }

        known["alert_id"] = alerts[0].GetProperty("alert_id").GetString()!;
        await Compare("alerts", new Scene(api, api, string.Empty, known));
    }

    private async Task Walk(string document, string tenant, string header)
    {
        var (user, login, _) = await server.SignedIn(tenant, "admin");
        using var signedIn = user;
        using var api = await server.ClientOf(tenant);
        await Compare(document, await Scene.Of(api, user, login, header));
    }

    private static async Task Compare(string document, Scene scene)
    {
        var differences = new List<string>();
        foreach (var contract in Contracts(document).OfType<JsonNode>())
        {
            var name = $"{contract["method"]} {contract["path"]}";
            var answer = await scene.Play(contract);
            if (answer.Status is < 200 or > 299)
            {
                differences.Add($"{name}: {answer.Status} {answer.Body}");
            }
            else if (contract["response"] is { } example)
            {
                Compare(name, example.Deserialize<JsonElement>(), answer.Body, string.Empty, differences);
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    private static JsonArray Contracts(string document)
    {
        using var stream = typeof(ContractTests).Assembly.GetManifestResourceStream($"Contracts.{document}.json")!;
        return JsonNode.Parse(stream)!.AsArray();
    }

    private static void Compare(string name, JsonElement example, JsonElement actual, string path, List<string> differences)
    {
        switch (example.ValueKind)
        {
            case JsonValueKind.Object when actual.ValueKind == JsonValueKind.Object && NamedByData.Contains(path.Split('.')[^1]):
                break;
            case JsonValueKind.Object when actual.ValueKind == JsonValueKind.Object:
                foreach (var member in example.EnumerateObject())
                {
                    var place = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
                    if (!actual.TryGetProperty(member.Name, out var value))
                    {
                        differences.Add($"{name}: {place} is missing");
                    }
                    else if (value.ValueKind != JsonValueKind.Null || !MayBeNull.Contains(member.Name))
                    {
                        Compare(name, member.Value, value, place, differences);
                    }
                }

                break;
            case JsonValueKind.Array when actual.ValueKind == JsonValueKind.Array:
                if (example.GetArrayLength() > 0 && actual.GetArrayLength() > 0)
                {
                    Compare(name, example[0], actual[0], $"{path}[0]", differences);
                }

                break;
            case JsonValueKind.String when actual.ValueKind == JsonValueKind.String && Time(example) && !Time(actual):
                differences.Add($"{name}: {path} is no time: {actual}");
                break;
            case var kind when Kind(kind) != Kind(actual.ValueKind):
                differences.Add($"{name}: {path} is {actual.ValueKind}, documented {kind}");
                break;
        }
    }

    private static JsonValueKind Kind(JsonValueKind kind) => kind == JsonValueKind.False ? JsonValueKind.True : kind;

    private static bool Time(JsonElement text) =>
        text.GetString() is { Length: >= 20 } value && value.EndsWith('Z')
            && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>The things that the examples' ids stand for.</summary>
    private sealed class Scene(ApiClient api, ApiClient user, string csv, Dictionary<string, string> known)
    {
        public static async Task<Scene> Of(ApiClient api, ApiClient user, JsonElement login, string header)
        {
            var random = new Random(5);
            var csv = new StringBuilder(header).Append('\n');
            for (var i = 0; i < 210; i++)
            {
                var far = i < 200 ? 0 : 9;
                csv.Append(CultureInfo.InvariantCulture,
                    $"{random.NextDouble() + far},{random.NextDouble() - far},{random.NextDouble() + far},{(far > 0 ? 1 : 0)}\n");
            }

            var dataset = await api.Dataset(csv.ToString());
            var detector = await api.Detector(new { contamination = 0.1, n_estimators = 100, random_state = 42 });
            await api.Train(detector, dataset);
            await api.Post($"/api/v1/detectors/{detector}/batch-detect", new { dataset_id = dataset, @async = false });
            return new Scene(api, user, csv.ToString(), new Dictionary<string, string>
            {
                ["detector_id"] = detector, ["dataset_id"] = dataset,
                ["username"] = login.GetProperty("user").GetProperty("username").GetString()!,
                ["password"] = "a-good-password", ["expires_at"] = "2999-12-31T23:59:59Z",
            });
        }

        public async Task<Answer> Play(JsonNode contract)
        {
            var (method, path) = (contract["method"]!.GetValue<string>(), contract["path"]!.GetValue<string>());
            if (method == "DELETE" && path.Contains("detector_id", StringComparison.Ordinal))
            {
                return await api.Delete(path.Replace("{detector_id}", await api.Detector(), StringComparison.Ordinal));
            }

            if (method == "DELETE" && path.Contains("dataset_id", StringComparison.Ordinal))
            {
                return await api.Delete(path.Replace("{dataset_id}", await api.Dataset(csv), StringComparison.Ordinal));
            }

            var place = known.Aggregate(path, (text, id) => text.Replace($"{{{id.Key}}}", id.Value, StringComparison.Ordinal));
            var body = contract["request"] is { } request ? Known(request.DeepClone()).ToJsonString() : null;
            var answer = (method, path) switch
            {
                ("POST", "/api/v1/datasets" or "/v1/datasets") =>
                    await api.Upload(place, Encoding.UTF8.GetBytes(csv), "data.csv", ("name", "My Dataset"), ("description", "Sample")),
                ("POST", "/api/v1/checkpoints") => await api.Upload(
                    place, Encoding.UTF8.GetBytes(csv), "model.pth", ("session_id", known["session_id"]), ("epoch", "50"),
                    ("metrics", """{"val_loss": 0.2}""")),
                ("GET", "/api/v1/checkpoints/{checkpoint_id}/download") => await Downloaded(place),
                ("GET", "/api/v1/training/sessions/{session_id}") => await Trained(place),
                ("POST", "/v1/auth/logout") => await user.Post(place, body),
                ("POST", _) => await api.Post(place, body),
                ("PUT", _) => await api.Put(place, body!),
                ("DELETE", _) => await api.Delete(place),
                _ => await Settled(place),
            };
            if (answer.Status < 300)
            {
                Remember(method, path, Payload(answer));
            }

            return answer;
        }

        // The example before it stopped the session; its figures are those of one that went on.
        private async Task<Answer> Trained(string place)
        {
            await api.Post($"{place}/start", null);
            await api.Session(place[(place.LastIndexOf('/') + 1)..], "completed");
            return await api.Get(place);
        }

        private async Task<Answer> Downloaded(string place)
        {
            using var response = await api.Http.GetAsync(place, Ct);
            Assert.Equal(csv, await response.Content.ReadAsStringAsync(Ct));
            return new Answer((int)response.StatusCode, JsonSerializer.SerializeToElement(new { }), response.Headers, string.Empty);
        }

        // What goes on is asked for until it is done, since only then every figure is known.
        private async Task<Answer> Settled(string place)
        {
            while (true)
            {
                var answer = await api.Get(place);
                var body = Payload(answer);
                var works = place.Contains("training", StringComparison.Ordinal) || place.Contains("batch", StringComparison.Ordinal);
                if (!works || !body.TryGetProperty("status", out var status)
                    || status.GetString() is not ("training" or "started" or "queued" or "running"))
                {
                    return answer;
                }

                await Task.Delay(20, Ct);
            }
        }

        private static JsonElement Payload(Answer answer) =>
            answer.Body.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object ? data : answer.Body;

        private JsonNode Known(JsonNode node)
        {
            if (node is JsonObject item)
            {
                foreach (var name in item.Select(member => member.Key).ToArray())
                {
                    if (known.TryGetValue(name, out var value))
                    {
                        item[name] = value;
                    }
                    else if (item[name] is JsonObject inner)
                    {
                        Known(inner);
                    }
                }
            }

            return node;
        }

        private void Remember(string method, string path, JsonElement body)
        {
            if (body.TryGetProperty("results", out var results))
            {
                known["result_id"] = results.EnumerateArray()
                    .First(result => result.GetProperty("dataset_id").ValueKind == JsonValueKind.String).GetProperty("id").GetString()!;
            }

            foreach (var (field, name) in new[] { ("training_id", "training_id"), ("refresh_token", "refresh_token"),
                ("batch_job_id", "job_id"), ("session_id", "session_id"), ("checkpoint_id", "checkpoint_id") })
            {
                if (body.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String)
                {
                    known[name] = value.GetString()!;
                }
            }

            if ((method, path) == ("POST", "/v1/auth/api-keys"))
            {
                known["key_id"] = body.GetProperty("id").GetString()!;
            }
        }
    }
}
