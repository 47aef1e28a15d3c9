namespace EventSourcedAnomaly.Server.Infrastructure.Orleans;

/// <summary>
/// Repeats a grain call that did not reach the grain, because the silo that had it is gone: until the cluster has noticed and given the
/// grain to another silo. A call that may have been received is never repeated, nor one to a part of Orleans on a certain silo: it is of no
/// use to anybody once that silo is gone, and whoever asks it needs to know.
/// </summary>
internal sealed class UndeliveredCallRetry(TimeProvider time) : IOutgoingGrainCallFilter
{
    private static readonly TimeSpan MaxDuration = TimeSpan.FromSeconds(20), FirstPause = TimeSpan.FromMilliseconds(50),
        LongestPause = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        var (started, pause) = (time.GetTimestamp(), FirstPause);
        while (true)
        {
            try
            {
                await context.Invoke();
                return;
            }
            catch (OrleansMessageRejectionException) when (!context.TargetId.IsSystemTarget() && time.GetElapsedTime(started) < MaxDuration)
            {
                await Task.Delay(pause, time);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }
}
