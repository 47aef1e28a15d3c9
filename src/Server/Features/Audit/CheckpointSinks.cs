using System.Net.Http.Headers;
using System.Text;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Ledger;

namespace EventSourcedAnomaly.Server.Features.Audit;

/// <summary>Appends every checkpoint to a file, which should lie where the operator of the database cannot write.</summary>
internal sealed class CheckpointFile(ServerSettings settings) : ICheckpointSink
{
    public async Task Publish(Checkpoint checkpoint, string note, CancellationToken ct)
    {
        if (settings.CheckpointFile is { } path)
        {
            await File.AppendAllTextAsync(path, $"{note}\n", Encoding.UTF8, ct);
        }
    }
}

/// <summary>Posts every checkpoint to whoever keeps them.</summary>
internal sealed class CheckpointWebhook(ServerSettings settings) : ICheckpointSink, IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };

    public async Task Publish(Checkpoint checkpoint, string note, CancellationToken ct)
    {
        if (settings.CheckpointWebhook is { } address)
        {
            using var content = new StringContent(note, Encoding.UTF8, new MediaTypeHeaderValue("text/plain"));
            using var response = await _http.PostAsync(address, content, ct);
            response.EnsureSuccessStatusCode();
        }
    }

    public void Dispose() => _http.Dispose();
}
