using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace EventSourcedAnomaly.Actors;

/// <summary>One call to a grain on its way through the mailbox.</summary>
internal abstract class Turn
{
    /// <summary>The turn from which the call was made, when a grain made it.</summary>
    public Turn? Caller { get; init; }

    /// <summary>Where it runs, once it is in a mailbox.</summary>
    public Activation? Activation { get; set; }

    /// <summary>The caller's token.</summary>
    public CancellationToken CallerToken { get; init; }

    /// <summary>The activity that the call was made in, when activities are listened to.</summary>
    public Activity? Cause { get; init; }

    /// <summary>Runs the call; the outcome goes to the caller, whatever it is.</summary>
    public abstract ValueTask Run(Grain grain, CancellationToken ct);

    /// <summary>Answers the caller with an exception, unless it has an answer.</summary>
    public abstract void Fail(Exception reason);
}

/// <summary>
/// A turn that is its own awaitable, so that a call costs one allocation. The state is passed beside a static lambda rather
/// than captured by one.
/// </summary>
internal sealed class Turn<TGrain, TArg, TResult> : Turn, IValueTaskSource<TResult>
    where TGrain : Grain
{
    private readonly Func<TGrain, TArg, CancellationToken, ValueTask<TResult>> _body;
    private readonly TArg _arg;
    private ManualResetValueTaskSourceCore<TResult> _outcome = new() { RunContinuationsAsynchronously = true };
    private int _answered;

    public Turn(Func<TGrain, TArg, CancellationToken, ValueTask<TResult>> body, TArg arg)
    {
        _body = body;
        _arg = arg;
    }

    public ValueTask<TResult> Outcome => new(this, _outcome.Version);

    public override ValueTask Run(Grain grain, CancellationToken ct)
    {
        if (CallerToken.IsCancellationRequested)
        {
            Fail(new OperationCanceledException(CallerToken));
            return ValueTask.CompletedTask;
        }

        ValueTask<TResult> running;
        try
        {
            running = _body((TGrain)grain, _arg, ct);
        }
        catch (Exception e)
        {
            Fail(e);
            return ValueTask.CompletedTask;
        }

        if (!running.IsCompletedSuccessfully)
        {
            return Finish(running);
        }

        Succeed(running.Result);
        return ValueTask.CompletedTask;
    }

    public override void Fail(Exception reason)
    {
        if (Interlocked.Exchange(ref _answered, 1) == 0)
        {
            _outcome.SetException(reason);
        }
    }

    TResult IValueTaskSource<TResult>.GetResult(short token) => _outcome.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<TResult>.GetStatus(short token) => _outcome.GetStatus(token);

    void IValueTaskSource<TResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _outcome.OnCompleted(continuation, state, token, flags);

    private void Succeed(TResult result)
    {
        if (Interlocked.Exchange(ref _answered, 1) == 0)
        {
            _outcome.SetResult(result);
        }
    }

    private async ValueTask Finish(ValueTask<TResult> running)
    {
        try
        {
            Succeed(await running);
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }
}
