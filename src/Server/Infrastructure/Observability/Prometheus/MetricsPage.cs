using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Prometheus;

/// <summary>
/// Puts all metrics on a page whenever somebody asks for it. OpenTelemetry collects into this exporter; one collection at a time.
/// </summary>
internal sealed class MetricsPage : IDisposable
{
    private readonly Writing _exporter = new();
    private readonly SemaphoreSlim _turn = new(1);

    public MetricsPage() => Reader = new PulledReader(_exporter);

    /// <summary>What OpenTelemetry is to be given.</summary>
    public MetricReader Reader { get; }

    /// <summary>The page.</summary>
    /// <param name="format">How it is written.</param>
    /// <param name="ct">Stops the wait for another reader's page.</param>
    public async Task<string> Write(ExpositionFormat format, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            _exporter.Page = new Exposition(format);
            Reader.Collect();
            return _exporter.Page.End();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Reader.Dispose();
        _turn.Dispose();
    }

    private sealed class PulledReader(BaseExporter<Metric> exporter) : BaseExportingMetricReader(exporter);

    private sealed class Writing : BaseExporter<Metric>
    {
        public Exposition? Page { get; set; }

        public override ExportResult Export(in Batch<Metric> batch)
        {
            if (Page is { } page)
            {
                foreach (var metric in batch)
                {
                    page.Add(metric);
                }
            }

            return ExportResult.Success;
        }
    }
}
