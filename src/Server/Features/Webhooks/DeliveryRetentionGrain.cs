using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>Forgets deliveries that were over long ago.</summary>
[Alias("esa.DeliveryRetention")]
internal interface IDeliveryRetentionGrain : IClusterTask;

/// <inheritdoc cref="IDeliveryRetentionGrain"/>
internal sealed class DeliveryRetentionGrain(WebhookDeliveries deliveries, TimeProvider time)
    : ClusterTaskGrain(time), IDeliveryRetentionGrain
{
    private static readonly TimeSpan Retention = TimeSpan.FromDays(30), Interval = TimeSpan.FromHours(1);
    private DateTimeOffset _next;

    /// <inheritdoc/>
    protected override async Task Run(CancellationToken ct)
    {
        var now = Time.GetUtcNow();
        if (now >= _next)
        {
            await deliveries.Forget(now - Retention, ct);
            _next = now + Interval;
        }
    }
}
