namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>An append on its way: waiting in the queue, then taken into a batch, then answered.</summary>
internal sealed class PendingAppend(AppendRequest request, bool mayRepeat)
{
    private const int Waiting = 0, Taken = 1, Withdrawn = 2;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;

    public AppendRequest Request { get; } = request;

    /// <summary>True when its events may be in the log already, so that their ids have to be looked up.</summary>
    public bool MayRepeat { get; set; } = mayRepeat;

    /// <summary>A batch takes it, unless its caller withdrew it first. From then on only the log decides.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) != Withdrawn;

    public void Succeed() => _completion.TrySetResult();

    public void Fail(Exception reason) => _completion.TrySetException(reason);

    /// <summary>Waits for the outcome; a cancellation that comes before the append is taken leaves nothing behind.</summary>
    public async Task Outcome(CancellationToken ct)
    {
        await using var registration = ct.UnsafeRegister(static (state, token) => ((PendingAppend)state!).Withdraw(token), this);
        await _completion.Task;
    }

    private void Withdraw(CancellationToken token)
    {
        if (Interlocked.CompareExchange(ref _state, Withdrawn, Waiting) == Waiting)
        {
            _completion.TrySetCanceled(token);
        }
    }
}
