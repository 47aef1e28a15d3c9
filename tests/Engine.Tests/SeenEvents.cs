using System.Collections.Concurrent;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Marten.Subscriptions;
using Microsoft.Extensions.DependencyInjection;

namespace EventSourcedAnomaly.Engine.Tests;

/// <summary>A subscription that notes which events it was given.</summary>
internal sealed class SeenEvents : SubscriptionBase
{
    private readonly ConcurrentQueue<long> _seen;

    public SeenEvents(ConcurrentQueue<long> seen)
    {
        _seen = seen;
        Name = "seen";
        Version = 1;
    }

    public override Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        foreach (var @event in page.Events)
        {
            _seen.Enqueue(@event.Sequence);
        }

        return Task.FromResult<IChangeListener>(NullChangeListener.Instance);
    }
}

internal static class SeenEventsRegistration
{
    public static void AddSeen(this IServiceCollection services, ConcurrentQueue<long> seen) =>
        services.ConfigureMarten(options => options.Events.Subscribe(new SeenEvents(seen)));
}
