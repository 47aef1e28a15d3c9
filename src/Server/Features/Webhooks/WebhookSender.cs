using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Subscriptions;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>
/// Delivers what is due, from one silo at a time. Each webhook has a line of its own, so that a slow address delays nobody else; within
/// a line events go out in the order of the log, but for those that have to be tried again.
/// </summary>
internal sealed partial class WebhookSender(
    LeaderElection owner, WebhookDeliveries deliveries, WebhookSecrets secrets, WebhookPost post, RetrySchedule schedule, EventStore store, Silo silo, TimeProvider time,
    ILogger<WebhookSender> logger) : BackgroundService
{
    private const string Name = "webhook_sender";
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);
    private static readonly TimeSpan Sweep = TimeSpan.FromHours(1);
    private static readonly EventMetadata Metadata = new($"system:{Name}");

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => owner.Run(Name, Deliver, stoppingToken);

    private async Task Deliver(CancellationToken ct)
    {
        var lines = new Dictionary<(string Tenant, string WebhookId), Task>();
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var timer = new PeriodicTimer(Period, time);
        var swept = DateTimeOffset.MinValue;
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                var now = time.GetUtcNow();
                if (now - swept > Sweep)
                {
                    await deliveries.Forget(now - Kept, ct);
                    swept = now;
                }

                foreach (var line in await deliveries.Due(now, ct))
                {
                    if (!lines.TryGetValue(line, out var working) || working.IsCompleted)
                    {
                        lines[line] = Task.Run(() => Work(line.Tenant, line.WebhookId, stopping.Token), CancellationToken.None);
                    }
                }
            }
        }
        finally
        {
            await stopping.CancelAsync();
            await ((Task)Task.WhenAll(lines.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Work(string tenant, string webhookId, CancellationToken ct)
    {
        try
        {
            var webhook = (await store.Snapshots.Load<Webhook>(new StreamKey(tenant, webhookId), ct)).State;
            if (!webhook.IsActive)
            {
                await deliveries.GiveUp(tenant, webhookId, webhook.Disabled ?? "the webhook was deleted", ct);
                return;
            }

            var keys = await secrets.Of(tenant, webhookId, ct);
            foreach (var due in await deliveries.Due(tenant, webhookId, time.GetUtcNow(), ct))
            {
                if (!await Attempt(tenant, webhook, due, keys, ct))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogFailed(e, webhookId);
            await Task.Delay(Period * 10, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Tries once, and notes what came of it.</summary>
    /// <returns>False when the address wants nothing more.</returns>
    private async Task<bool> Attempt(string tenant, Webhook webhook, PendingDelivery due, IReadOnlyList<string> keys, CancellationToken ct)
    {
        var answer = await post.Send(webhook.Url, due.MessageId, due.Body, keys, ct);
        var (now, attempt) = (time.GetUtcNow(), due.Attempts + 1);
        if (answer.Success)
        {
            await deliveries.Note(tenant, due.Id, WebhookDeliveries.Delivered, answer, now, null, ct);
            return true;
        }

        var grain = silo.Grain<WebhookGrain>(tenant, webhook.Id!);
        if (answer.StatusCode == StatusCodes.Status410Gone)
        {
            await grain.Call((one, token) => one.Disable(WebhookDisabled.Gone, Metadata, token), ct);
            await deliveries.Note(tenant, due.Id, WebhookDeliveries.DeadLettered, answer, now, null, ct);
            return false;
        }

        if (schedule.After(attempt, answer.RetryAfter, Random.Shared.NextDouble()) is { } wait)
        {
            await deliveries.Note(tenant, due.Id, WebhookDeliveries.Pending, answer, now, now + wait, ct);
            return true;
        }

        var dead = new WebhookDeliveryDeadLettered(due.Id, due.Event, due.Sequence, attempt, answer.Error!, now);
        await grain.Call((one, token) => one.GiveUp(dead, Metadata, token), ct);
        await deliveries.Note(tenant, due.Id, WebhookDeliveries.DeadLettered, answer, now, null, ct);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "What is due for webhook {WebhookId} could not be delivered; it is tried again")]
    private partial void LogFailed(Exception exception, string webhookId);
}
