namespace EventSourcedAnomaly.Actors;

/// <summary>Refers to a grain by its identity; calls go through the grain's mailbox.</summary>
/// <typeparam name="TGrain">The class of the grain.</typeparam>
public readonly struct GrainRef<TGrain>
    where TGrain : Grain
{
    private readonly Silo _silo;
    private readonly Turn? _caller;

    internal GrainRef(Silo silo, GrainId id, Turn? caller)
    {
        _silo = silo;
        _caller = caller;
        Id = id;
    }

    /// <summary>Which grain.</summary>
    public GrainId Id { get; }

    /// <summary>Gives the grain a turn.</summary>
    /// <param name="turn">What to do with it, alone; the token is cancelled when the caller's is, or when the turn takes too long.</param>
    /// <param name="ct">The caller's token.</param>
    /// <exception cref="MailboxFullException">Too many turns wait.</exception>
    /// <exception cref="ReentrantCallException">The call comes from a turn of the same grain.</exception>
    /// <exception cref="TimeoutException">The turn took too long.</exception>
    public ValueTask<TResult> Call<TResult>(Func<TGrain, CancellationToken, ValueTask<TResult>> turn, CancellationToken ct) =>
        _silo.Call<TGrain, Func<TGrain, CancellationToken, ValueTask<TResult>>, TResult>(
            Id, _caller, static (grain, turn, token) => turn(grain, token), turn, ct);

    /// <summary>Gives the grain a turn, with an argument beside a static lambda, which saves a closure.</summary>
    public ValueTask<TResult> Call<TArg, TResult>(
        Func<TGrain, TArg, CancellationToken, ValueTask<TResult>> turn, TArg arg, CancellationToken ct) =>
        _silo.Call(Id, _caller, turn, arg, ct);
}
