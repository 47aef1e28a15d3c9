using global::Wolverine.Runtime;
using global::Wolverine.Runtime.Agents;
using JasperFx;
using JasperFx.Events.Daemon;

namespace EventSourcedAnomaly.Server.Infrastructure.Wolverine;

/// <summary>
/// Gives up subscriptions of this silo that stopped for reasons which lie outside of the events, so that Wolverine assigns them anew and
/// they go on from what is stored. Wolverine itself goes on only after what it takes for a passing failure; it leaves alone a step that was
/// cancelled with its connection, and a progression that is not where this silo left it, for it must fear that two silos run the same
/// subscription. Ours may, because what they write is fenced, and it happens without a second silo too: a connection lost while a commit is
/// being answered leaves its outcome unknown, and the repeated step finds itself done. A subscription that cannot deal with an event stays
/// where it is until somebody has mended the cause.
/// </summary>
internal sealed partial class SubscriptionRestart(IWolverineRuntime runtime, TimeProvider time, ILogger<SubscriptionRestart> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1), Pause = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var uri in runtime.Agents.AllRunningAgentUris())
            {
                if (runtime.Agents.TryFindActiveAgent<IEventSubscriptionAgent>(uri, out var agent)
                    && agent is { Status: AgentStatus.Paused, Failure: { } failure } && MayGoOn(failure))
                {
                    await GiveUp(uri, failure);
                }
            }
        }
    }

    private bool MayGoOn(ShardFailure failure) => failure switch
    {
        { IsTransient: true } => false,
        { Category: ShardFailureCategory.ProgressionOutOfOrder } => true,
        { Category: ShardFailureCategory.Other } => time.GetUtcNow() - failure.OccurredAt > Pause,
        _ => false,
    };

    private async Task GiveUp(Uri uri, ShardFailure failure)
    {
        try
        {
            LogGivenUp(uri, failure.Category, failure.Message);
            await runtime.Agents.StopLocallyAsync(uri);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotGivenUp(uri, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Subscription} stopped here ({Category}: {Failure}) and is assigned anew")]
    private partial void LogGivenUp(Uri subscription, ShardFailureCategory category, string failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "The subscription {Subscription} could not be stopped; another attempt follows")]
    private partial void LogNotGivenUp(Uri subscription, Exception exception);
}
