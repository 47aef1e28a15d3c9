using System.Globalization;

namespace EventSourcedAnomaly.Server.Tests.Api;

/// <summary>What costs too much for an answer in the request is refused at once, and said where it may go.</summary>
public sealed class ExpensiveRequestTests(ServerFixture server)
{
    [Fact]
    public async Task An_algorithm_whose_time_grows_with_the_square_of_the_rows_is_refused_for_too_many()
    {
        using var api = server.Client();
        var rows = string.Join(',', Enumerable.Range(0, 100_000).Select(i => (i % 977).ToString(CultureInfo.InvariantCulture)));

        var refused = await api.Post("/api/v1/detection/detect", $$"""{"algorithm":"KDE","data":[{{rows}}]}""");

        Assert.Equal(413, refused.Status);
        Assert.Contains("KDE", refused.Body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("/api/v1/batch/submit", refused.Body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("data", refused.Body.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task The_same_rows_are_no_matter_for_one_that_grows_with_the_rows()
    {
        using var api = server.Client();
        var rows = string.Join(',', Enumerable.Range(0, 100_000).Select(i => (i % 977).ToString(CultureInfo.InvariantCulture)));

        Assert.Equal(200, (await api.Post("/api/v1/detection/detect", $$"""{"algorithm":"HBOS","data":[{{rows}}]}""")).Status);
    }
}
