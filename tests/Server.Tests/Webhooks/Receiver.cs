using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventSourcedAnomaly.Server.Tests.Webhooks;

/// <summary>What was posted to a webhook.</summary>
internal sealed record Received(string Id, long Timestamp, string Signature, string Body)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

    /// <summary>Whether one of the signatures is right, worked out by the words of the specification alone.</summary>
    public bool IsSignedWith(byte[] key)
    {
        var expected = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{Id}.{Timestamp}.{Body}")));
        return Signature.Split(' ').Contains($"v1,{expected}");
    }
}

/// <summary>Somebody's server that has events posted to it.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _received = new();

    private Receiver(WebApplication app) => _app = app;

    public string Url => $"{_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()}/hook";

    public IReadOnlyList<Received> All => [.. _received];

    /// <summary>How it answers; 200 unless told.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = _ => Task.CompletedTask;

    public static async Task<Receiver> Start(int? status = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var receiver = new Receiver(builder.Build());
        if (status is { } code)
        {
            receiver.Says(code);
        }

        receiver._app.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var body = await reader.ReadToEndAsync(http.RequestAborted);
            var headers = http.Request.Headers;
            receiver._received.Enqueue(new Received(
                headers["webhook-id"].ToString(), long.Parse(headers["webhook-timestamp"].ToString()),
                headers["webhook-signature"].ToString(), body));
            await receiver.Answer(http);
        });
        await receiver._app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public void Says(int status) => Answer = http =>
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    /// <summary>What was received, as soon as it is so many.</summary>
    public async Task<IReadOnlyList<Received>> Wait(int count)
    {
        while (_received.Count < count)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        return All;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
