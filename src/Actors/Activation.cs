using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace EventSourcedAnomaly.Actors;

/// <summary>
/// A grain in memory with its mailbox. Turns run one at a time on the thread pool, a slice of them at once before other
/// grains get the thread.
/// </summary>
internal sealed partial class Activation(GrainId id, Grain grain, Silo silo, ILogger logger) : IThreadPoolWorkItem
{
    private const int Closed = int.MinValue / 2;

    private readonly ConcurrentQueue<Turn> _mailbox = new();
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly KeyValuePair<string, object?> _kind = new("grain", id.Type.Name);
    private CancellationTokenSource _turnCancellation = new();
    private Turn? _current;
    private long _turnStarted;
    private long _lastTurn = silo.Options.Time.GetTimestamp();
    private bool _active;

    // Turns waiting or running. Only an activation without any can close, and a closed one stays far below zero.
    private int _pending;

    public GrainId Id => id;

    /// <summary>The turn that runs now.</summary>
    public Turn? Current => _current;

    /// <summary>How long there has been no turn.</summary>
    public TimeSpan Idle => silo.Options.Time.GetElapsedTime(Volatile.Read(ref _lastTurn));

    /// <summary>Completes when the activation has left its silo.</summary>
    public Task Gone => _gone.Task;

    /// <summary>Puts a turn into the mailbox.</summary>
    /// <returns>False when the activation is leaving; the caller waits for <see cref="Gone"/> and finds another.</returns>
    public bool TryPost(Turn turn)
    {
        var pending = Interlocked.Increment(ref _pending);
        if (pending <= 0)
        {
            return false;
        }

        if (pending > silo.Options.MailboxLimit)
        {
            Interlocked.Decrement(ref _pending);
            throw new MailboxFullException(id, silo.Options.MailboxLimit);
        }

        turn.Activation = this;
        _mailbox.Enqueue(turn);
        if (pending == 1)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return true;
    }

    void IThreadPoolWorkItem.Execute() => _ = RunSlice();

    /// <summary>Leaves the silo if there is nothing to do.</summary>
    public async ValueTask<bool> TryClose()
    {
        if (Interlocked.CompareExchange(ref _pending, Closed, 0) != 0)
        {
            return false;
        }

        await Leave();
        return true;
    }

    /// <summary>Cancels a turn that has run for longer than the limit, and answers its caller.</summary>
    public void CancelOverdue(TimeSpan limit)
    {
        var started = Volatile.Read(ref _turnStarted);
        if (_current is { } turn && started != 0 && silo.Options.Time.GetElapsedTime(started) > limit)
        {
            LogOverdue(id, limit);
            turn.Fail(new TimeoutException($"A turn of {id} took longer than {limit}."));
            _turnCancellation.Cancel();
        }
    }

    private async Task RunSlice()
    {
        if (!_active && !await TryActivate())
        {
            return;
        }

        for (var done = 0; done < silo.Options.TurnsPerSlice && _mailbox.TryDequeue(out var turn); done++)
        {
            _current = turn;
            Volatile.Write(ref _turnStarted, silo.Options.Time.GetTimestamp());
            var activity = turn.Cause is null ? null : Trace(turn.Cause);
            var running = turn.Run(grain, TokenFor(turn, out var registration));
            if (!running.IsCompletedSuccessfully)
            {
                await running;
            }

            activity?.Dispose();
            silo.Telemetry.Turns.Add(1, _kind);
            await registration.DisposeAsync();
            Volatile.Write(ref _lastTurn, Volatile.Read(ref _turnStarted));
            Volatile.Write(ref _turnStarted, 0);
            _current = null;

            // At zero the next post starts a slice of its own, perhaps before this line is over: nothing may follow it.
            if (Interlocked.Decrement(ref _pending) == 0)
            {
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    // The mailbox does not carry the caller's context, so the turn is put under its activity by hand.
    private Activity? Trace(Activity cause) => SiloTelemetry.Activities.StartActivity(
        "turn", ActivityKind.Internal, cause.Context, [_kind, new("esa.tenant", id.Tenant), new("esa.key", id.Key)]);

    private async ValueTask<bool> TryActivate()
    {
        try
        {
            await grain.OnActivate(CancellationToken.None);
            return _active = true;
        }
        catch (Exception e)
        {
            LogActivationFailed(e, id);
            await FailWaiting(e);
            await Leave();
            return false;
        }
    }

    // A turn is counted before it is in the mailbox, so the mailbox may lag behind the count for a moment.
    private async ValueTask FailWaiting(Exception reason)
    {
        var waiting = Interlocked.Exchange(ref _pending, Closed);
        for (var yields = 0; waiting > 0 && yields < 10_000; yields++)
        {
            while (_mailbox.TryDequeue(out var turn))
            {
                turn.Fail(reason);
                waiting--;
            }

            await Task.Yield();
        }
    }

    private async ValueTask Leave()
    {
        try
        {
            if (_active)
            {
                await grain.OnDeactivate(CancellationToken.None);
            }
        }
        catch (Exception e)
        {
            LogDeactivationFailed(e, id);
        }

        silo.Remove(this);
        _turnCancellation.Dispose();
        _gone.TrySetResult();
    }

    private CancellationToken TokenFor(Turn turn, out CancellationTokenRegistration registration)
    {
        if (_turnCancellation.IsCancellationRequested && !_turnCancellation.TryReset())
        {
            _turnCancellation.Dispose();
            _turnCancellation = new CancellationTokenSource();
        }

        registration = turn.CallerToken.CanBeCanceled
            ? turn.CallerToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _turnCancellation)
            : default;
        return _turnCancellation.Token;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A turn of {Grain} ran longer than {Limit} and was cancelled")]
    private partial void LogOverdue(GrainId grain, TimeSpan limit);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Activation of {Grain} failed")]
    private partial void LogActivationFailed(Exception exception, GrainId grain);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Deactivation of {Grain} failed")]
    private partial void LogDeactivationFailed(Exception exception, GrainId grain);
}
