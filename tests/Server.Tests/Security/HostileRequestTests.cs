using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.TrainingSessions;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using Microsoft.Extensions.Configuration;

namespace EventSourcedAnomaly.Server.Tests.Security;

/// <summary>What is sent to do harm is refused at the door, with the documented error, and leaves nothing behind.</summary>
public sealed class HostileRequestTests(ServerFixture server)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sign_in_takes_no_more_than_16_KiB_from_anybody()
    {
        using var anybody = new ApiClient(new Uri(server.Address), null);

        var refused = await anybody.Post("/v1/auth/login", $$"""{"username":"a","password":"{{new string('x', 17_000)}}"}""");

        Assert.Equal(413, refused.Status);
        Assert.Contains("16 KiB", refused.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_configures_something_takes_no_more_than_1_MiB()
    {
        using var api = server.Client();

        Assert.Equal(413, (await api.Post("/v1/detectors",
            $$"""{"name":"big","algorithm":"KNN","description":"{{new string('x', 1_100_000)}}"}""")).Status);
    }

    [Theory]
    [InlineData("text/plain;x=json")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=json")]
    [InlineData("nonsense")]
    public async Task A_content_type_counts_by_its_media_type_alone(string contentType)
    {
        using var api = server.Client();
        using var content = new StringContent("""{"name":"x","algorithm":"KNN"}""");
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var answer = await api.Http.PostAsync("/v1/detectors", content, Ct);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task A_body_that_is_nested_too_deep_is_told_so()
    {
        using var api = server.Client();

        var refused = await api.Post("/v1/detectors", new string('[', 200) + new string(']', 200));

        Assert.Equal(400, refused.Status);
        Assert.Contains("nested", refused.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/auth/login")]
    [InlineData("/v1/auth/refresh")]
    [InlineData("/v1/detectors")]
    [InlineData("/api/v1/detection/train")]
    [InlineData("/api/v1/alerts/rules")]
    public async Task Bytes_that_are_not_UTF_8_are_told_so(string path)
    {
        using var api = server.Client();
        using var content = new ByteArrayContent([.. "{\"username\":\""u8, 0xFF, 0xC0, .. "\",\"password\":\"x\"}"u8])
        { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var answer = await api.Http.PostAsync(path, content, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("UTF-8", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc\n")]
    [InlineData("abc\r")]
    [InlineData("abc\u2028")]
    [InlineData("abc ")]
    public async Task An_id_that_ends_with_a_line_is_refused_and_makes_nothing(string id)
    {
        using var admin = server.Client();

        Assert.Equal(422, (await admin.Post("/api/v1/tenants", new { id, name = "x" })).Status);
        Assert.DoesNotContain((await admin.Get("/api/v1/tenants")).Data.GetProperty("tenants").EnumerateArray(),
            tenant => tenant.GetProperty("id").GetString() == id);
    }

    [Fact]
    public async Task A_file_name_that_cannot_be_stored_is_refused_by_its_field()
    {
        using var api = server.Client();
        var body = Encoding.Latin1.GetBytes(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\0.csv\"\r\n\r\na,b\n1,2\n3,4\n\r\n--b--\r\n");
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");
        using var answer = await api.Http.PostAsync("/v1/datasets", content, Ct);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("file.filename", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public void A_configuration_of_nothing_but_nesting_is_refused_before_the_stack_is_used_up(string level)
    {
        var yaml = string.Concat(Enumerable.Repeat(level, 500_000 / level.Length));

        var refused = Assert.Throws<InvalidDataException>(() => YamlText.ToJson(yaml));
        Assert.Contains("nested", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_and_links_in_a_circle_are_no_configuration_files()
    {
        var folder = Directory.CreateTempSubdirectory("esa-server-tests-");
        using (var pipe = Process.Start("mkfifo", Path.Combine(folder.FullName, "pipe.yaml")))
        {
            await pipe.WaitForExitAsync(Ct);
        }

        File.CreateSymbolicLink(Path.Combine(folder.FullName, "a.yaml"), Path.Combine(folder.FullName, "b.yaml"));
        File.CreateSymbolicLink(Path.Combine(folder.FullName, "b.yaml"), Path.Combine(folder.FullName, "a.yaml"));
        var root = new EventSourcedAnomaly.Server.Features.TrainingSessions.ConfigurationRoot(
            ServerSettings.From(new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { ["ESA_CONFIG_DIR"] = folder.FullName, ["ESA_DATA_DIR"] = folder.FullName }).Build()));

        foreach (var name in new[] { "pipe.yaml", "a.yaml" })
        {
            Assert.Equal("config_path", Assert.Throws<Problem>(() => root.Resolve("config_path", name, ".yaml")).Field);
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Answers_cannot_be_sniffed_framed_or_kept_by_a_browser()
    {
        using var api = server.Client();
        using var data = await api.Http.GetAsync("/v1/detectors", Ct);
        using var page = await api.Http.GetAsync("/docs/index.html", Ct);
        using var key = await api.Http.PostAsync("/v1/auth/api-keys",
            new StringContent(JsonSerializer.Serialize(new { name = "kept" }), Encoding.UTF8, "application/json"), Ct);

        foreach (var answer in new[] { data, page, key })
        {
            Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
            Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(),
                StringComparison.Ordinal);
        }

        Assert.True(key.Headers.CacheControl!.NoStore);
    }
}
