namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>
/// The line of deliveries to one webhook: one at a time, so that events go out in the order of the log, but for those that have to be
/// tried again; a slow address delays nobody else.
/// </summary>
[Alias("esa.WebhookDelivery")]
public interface IWebhookDeliveryGrain : IGrainWithStringKey
{
    /// <summary>Delivers what is due.</summary>
    /// <returns>When something is due next; null when nothing waits.</returns>
    [Alias("Deliver"), ResponseTimeout("01:00:00")]
    Task<DateTimeOffset?> Deliver(CancellationToken ct);
}
