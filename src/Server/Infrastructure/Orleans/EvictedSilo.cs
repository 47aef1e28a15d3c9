namespace EventSourcedAnomaly.Server.Infrastructure.Orleans;

/// <summary>
/// What a silo does that the others declared dead, for example because its machine stood still for a while: its grains run elsewhere by
/// now, so it forgets them and joins anew, where Orleans would end the process and leave the rest to an orchestrator.
/// </summary>
internal sealed partial class EvictedSilo(ILogger<EvictedSilo> logger) : IFatalErrorHandler
{
    private static readonly TimeSpan LogFlush = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public bool IsUnexpected(Exception exception) => exception is not ThreadAbortException;

    /// <inheritdoc/>
    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
        LogJoinsAnew(sender, context, exception);
        // The console's logger writes from a queue.
        Thread.Sleep(LogFlush);
        if (ProcessRestart.IsPossible)
        {
            ProcessRestart.Now();
        }

        Environment.FailFast(context, exception);
    }

    [LoggerMessage(Level = LogLevel.Error,
        Message = "This silo cannot go on ({Sender}: {Context}); the process begins anew and joins the cluster")]
    private partial void LogJoinsAnew(object? sender, string? context, Exception? exception);
}
