using System.Globalization;
using System.Text;

namespace EventSourcedAnomaly.Server.Tests.Api;

/// <summary>A validation counts what is really in the data, and passes or fails as it was told to.</summary>
public sealed class DatasetValidationTests(ServerFixture server)
{
    [Fact]
    public async Task The_documents_request_is_answered_with_each_check_its_score_and_advice()
    {
        using var api = server.Client();
        var dataset = await api.Dataset(Flawed());

        var validated = await api.Post($"/v1/datasets/{dataset}/validate", """
            { "checks": ["missing_values", "data_types", "outliers", "duplicates"], "strict_mode": false, "quality_threshold": 0.8 }
            """);

        Assert.Equal(200, validated.Status);
        Assert.Equal("completed", validated.Body.GetProperty("status").GetString());
        var checks = validated.Body.GetProperty("checks");
        Assert.Equal(1 - (10 / 200.0), checks.GetProperty("missing_values").GetProperty("score").GetDouble(), 1e-9);
        Assert.Equal("5% missing values, within acceptable range", checks.GetProperty("missing_values").GetProperty("details").GetString());
        Assert.Equal(0.98, checks.GetProperty("outliers").GetProperty("score").GetDouble(), 1e-9);
        Assert.Equal(0.96, checks.GetProperty("duplicates").GetProperty("score").GetDouble(), 1e-9);
        Assert.True(validated.Body.GetProperty("passed").GetBoolean());
        Assert.Equal(
            new[] { "missing_values", "data_types", "outliers", "duplicates" }.Average(check =>
                checks.GetProperty(check).GetProperty("score").GetDouble()),
            validated.Body.GetProperty("overall_score").GetDouble(), 1e-9);
        Assert.Contains("Remove or impute missing values in a",
            validated.Body.GetProperty("recommendations").EnumerateArray().Select(each => each.GetString()));
        var history = await api.Get($"/api/v1/audit/events?stream={dataset}&type=dataset_validated");
        Assert.Contains(validated.Body.GetProperty("validation_id").GetString()!, history.Body.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_strict_validation_passes_no_check_with_a_finding()
    {
        using var api = server.Client();

        var validated =
            await api.Post($"/v1/datasets/{await api.Dataset(Flawed())}/validate", new { strict_mode = true, quality_threshold = 0.5 });

        var checks = validated.Body.GetProperty("checks");
        Assert.False(checks.GetProperty("missing_values").GetProperty("passed").GetBoolean());
        Assert.True(checks.GetProperty("data_types").GetProperty("passed").GetBoolean());
        Assert.False(validated.Body.GetProperty("passed").GetBoolean());
    }

    [Theory]
    [InlineData("""{ "checks": ["beauty"] }""", "checks[0]")]
    [InlineData("""{ "checks": [] }""", "checks")]
    [InlineData("""{ "quality_threshold": 1.5 }""", "quality_threshold")]
    [InlineData("""{ "strict_mode": "yes" }""", "strict_mode")]
    public async Task What_it_cannot_do_is_refused_by_name(string body, string field)
    {
        using var api = server.Client();

        var refused = await api.Post($"/v1/datasets/{await api.Dataset(Flawed())}/validate", body);

        Assert.Equal(422, refused.Status);
        Assert.Contains(field, refused.Body.ToString(), StringComparison.Ordinal);
    }

    // 100 rows: ten without a value in one of two columns, two far away, four that repeat an earlier one.
    private static string Flawed()
    {
        var csv = new StringBuilder("a,b\n");
        for (var i = 0; i < 96; i++)
        {
            var a = i < 10 ? string.Empty : i is 50 or 51 ? "99999" : i.ToString(CultureInfo.InvariantCulture);
            csv.Append(CultureInfo.InvariantCulture, $"{a},{i * 2}\n");
        }

        for (var i = 0; i < 4; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{90 + i},{(90 + i) * 2}\n");
        }

        return csv.ToString();
    }
}
