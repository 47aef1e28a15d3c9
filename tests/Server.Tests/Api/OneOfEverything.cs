using System.Globalization;
using System.Text;

namespace EventSourcedAnomaly.Server.Tests.Api;

/// <summary>A tenant with one of everything, so that what is asked wrongly is asked where it would matter.</summary>
internal static class OneOfEverything
{
    /// <summary>Makes them and gives their ids, by the names that the paths and bodies have for them.</summary>
    /// <param name="api">A client of the tenant.</param>
    /// <param name="mark">A text in every name, by which they can be told.</param>
    public static async Task<IReadOnlyDictionary<string, string>> Make(ApiClient api, string mark)
    {
        var rows = string.Concat(Enumerable.Range(0, 60)
            .Select(i => string.Create(CultureInfo.InvariantCulture, $"{i % 7},{i % 5 * 0.5}\n")));
        var uploaded = await api.Upload("/api/v1/datasets", Encoding.UTF8.GetBytes($"a,b\n{rows}"), fields: ("name", mark));
        var dataset = uploaded.Data.GetProperty("dataset_id").GetString()!;
        var made = await api.Post("/api/v1/detectors", new
        {
            name = mark, description = mark, algorithm = "IsolationForest", parameters = new { n_estimators = 10 },
            tags = new[] { mark }
        });
        var detector = made.Data.GetProperty("detector_id").GetString()!;
        var training = await api.Train(detector, dataset);
        var detected = await api.Post($"/api/v1/detectors/{detector}/detect", new { data = new[] { new[] { 1.0, 2.0 } } });
        var batch = await api.Post($"/api/v1/detectors/{detector}/batch-detect", new { dataset_id = dataset });
        var models = await api.Get("/api/v1/models");
        var key = await api.Post("/v1/auth/api-keys", new { name = mark });
        var user = await api.Post("/api/v1/users", new
        { username = $"user-of-{mark}", password = "a-good-password", email = $"{mark}@example.org", roles = new[] { "viewer" } });
        var batchId = batch.Data.GetProperty("batch_job_id").GetString()!;
        var session = await api.Post("/api/v1/training/sessions", new { trainer = "external", session_name = mark });
        var rule = await api.Post("/api/v1/alerts/rules",
            new { name = mark, metric = "val_loss", condition = "greater_than", threshold = 1 });
        var webhook = await api.Post("/api/v1/webhooks", new { url = $"http://127.0.0.1:9/{mark}", events = new[] { "report.generated" } });
        var told = await api.Get("/api/v1/notifications");
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["dataset_id"] = dataset, ["detector_id"] = detector, ["stream_id"] = detector, ["training_data"] = dataset,
            ["training_id"] = training.GetProperty("training_id").GetString()!,
            ["result_id"] = detected.Data.GetProperty("result_id").GetString()!,
            ["job_id"] = batch.Data.GetProperty("batch_job_id").GetString()!,
            ["model_id"] = models.Body.GetProperty("models")[0].GetProperty("id").GetString()!,
            ["key_id"] = key.Body.GetProperty("id").GetString()!,
            ["user_id"] = user.Data.GetProperty("id").GetString()!,
            ["rule_id"] = rule.Body.GetProperty("rule_id").GetString()!,
            ["webhook_id"] = webhook.Body.GetProperty("webhook_id").GetString()!,
            ["notification_id"] = told.Body.GetProperty("notifications")[0].GetProperty("id").GetString()!,
            ["session_id"] = session.Body.GetProperty("session_id").GetString()!,
        };
    }
}
