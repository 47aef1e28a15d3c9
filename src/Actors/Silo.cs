using System.Collections.Concurrent;
using System.Diagnostics;
using EventSourcedAnomaly.EventLog;
using Microsoft.Extensions.Logging;

namespace EventSourcedAnomaly.Actors;

/// <summary>
/// Holds the grains that are active in this process. A grain exists for whoever calls it: the first call activates it, and
/// it leaves when it has been idle. Silos know nothing of one another; the log's expected versions keep the same grain on
/// two silos correct.
/// </summary>
public sealed partial class Silo : IAsyncDisposable
{
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<Type, Grain> _create;
    private readonly ILogger<Silo> _logger;
    private readonly Task _sweeping;

    /// <summary>Starts a silo.</summary>
    /// <param name="store">The log in which journaled grains keep their state.</param>
    /// <param name="create">Makes a grain of a class, with whatever it depends on.</param>
    /// <param name="options">Limits and times.</param>
    /// <param name="logger">Where to log.</param>
    public Silo(EventStore store, Func<Type, Grain> create, SiloOptions options, ILogger<Silo> logger)
    {
        Store = store;
        Options = options;
        _create = create;
        _logger = logger;
        Telemetry = new SiloTelemetry(() => _activations.Count);
        _sweeping = Task.Run(Sweep);
    }

    /// <summary>How many grains are active.</summary>
    public int ActivationCount => _activations.Count;

    internal SiloTelemetry Telemetry { get; }

    internal EventStore Store { get; }

    internal SiloOptions Options { get; }

    /// <summary>A reference to a grain, whether it is active or not.</summary>
    /// <param name="tenant">The tenant that it belongs to.</param>
    /// <param name="key">Its key.</param>
    public GrainRef<TGrain> Grain<TGrain>(string tenant, string key)
        where TGrain : Grain => new(this, new GrainId(tenant, typeof(TGrain), key), null);

    /// <summary>Gives a grain the turn in which it is reminded, for whoever keeps reminders.</summary>
    /// <param name="id">The grain, whose class is <see cref="IRemindable"/>.</param>
    /// <param name="reminder">What it is reminded of.</param>
    /// <param name="ct">The caller's token.</param>
    public async ValueTask Remind(GrainId id, string reminder, CancellationToken ct) => await Call<Grain, string, bool>(
        id,
        null,
        static async (grain, reminder, token) =>
        {
            await ((IRemindable)grain).OnReminder(reminder, token);
            return true;
        },
        reminder,
        ct);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _sweeping;
        foreach (var activation in _activations.Values)
        {
            await activation.TryClose();
        }

        Telemetry.Dispose();
        _stopping.Dispose();
    }

    internal ValueTask<TResult> Call<TGrain, TArg, TResult>(
        GrainId id, Turn? caller, Func<TGrain, TArg, CancellationToken, ValueTask<TResult>> body, TArg arg, CancellationToken ct)
        where TGrain : Grain
    {
        ForbidReentrancy(id, caller);
        var turn = new Turn<TGrain, TArg, TResult>(body, arg)
        {
            Caller = caller, CallerToken = ct, Cause = SiloTelemetry.Activities.HasListeners() ? Activity.Current : null,
        };
        var activation = Find(id);
        return activation.TryPost(turn) ? turn.Outcome : PostLater(id, activation, turn);
    }

    internal void Remove(Activation activation) =>
        _activations.TryRemove(new KeyValuePair<GrainId, Activation>(activation.Id, activation));

    private async ValueTask<TResult> PostLater<TGrain, TArg, TResult>(GrainId id, Activation leaving, Turn<TGrain, TArg, TResult> turn)
        where TGrain : Grain
    {
        do
        {
            await leaving.Gone.WaitAsync(turn.CallerToken);
            leaving = Find(id);
        }
        while (!leaving.TryPost(turn));

        return await turn.Outcome;
    }

    private Activation Find(GrainId id)
    {
        if (_activations.TryGetValue(id, out var activation))
        {
            return activation;
        }

        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        var grain = _create(id.Type);
        activation = new Activation(id, grain, this, _logger);
        grain.Bind(this, activation);
        return _activations.GetOrAdd(id, activation);
    }

    private static void ForbidReentrancy(GrainId id, Turn? caller)
    {
        for (var turn = caller; turn is not null; turn = turn.Caller)
        {
            if (turn.Activation is { } activation && activation.Id == id)
            {
                throw new ReentrantCallException(id);
            }
        }
    }

    private async Task Sweep()
    {
        using var timer = new PeriodicTimer(Options.SweepInterval, Options.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                var idle = Options.MemoryLoad() > Options.MemoryPressure ? Options.SweepInterval : Options.IdleTimeout;
                foreach (var activation in _activations.Values)
                {
                    activation.CancelOverdue(Options.TurnTimeout);
                    if (activation.Idle > idle)
                    {
                        await activation.TryClose();
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            LogStopped(_activations.Count);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The silo stops with {Count} activations")]
    private partial void LogStopped(int count);
}
