using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Infrastructure.Compute;

/// <summary>
/// Runs what takes processor time off the threads that answer requests: what a caller waits for on one set of threads and under a deadline,
/// jobs on another, whose turn comes after.
/// </summary>
internal sealed class Computation(TimeProvider time) : IDisposable
{
    /// <summary>The longest that a caller is kept waiting for an answer.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Estimated seconds beyond which a computation is no matter for one request.</summary>
    public const double MaxSecondsInRequest = 30;

    private const int MaxWaitingOfTenant = 32, NiceInRequest = 2, NiceInBackground = 8;

    private readonly ComputeThreads _inRequest = new("compute", Environment.ProcessorCount, NiceInRequest);
    private readonly ComputeThreads _inBackground = new("background compute", Environment.ProcessorCount, NiceInBackground);

    /// <summary>Computes what a caller waits for.</summary>
    /// <param name="tenant">Whose it is: tenants take turns.</param>
    /// <param name="work">The computation; it stops when its token says so.</param>
    /// <param name="ct">Stops it when the caller has left.</param>
    /// <exception cref="Problem">The tenant has too many waiting already, or the deadline has passed.</exception>
    public async Task<T> InRequest<T>(string tenant, Func<CancellationToken, T> work, CancellationToken ct)
    {
        if (_inRequest.Waiting(tenant) >= MaxWaitingOfTenant)
        {
            throw new Problem(ProblemKind.RateLimited, $"{MaxWaitingOfTenant} computations of this tenant wait for their turn already.")
            { RetryAfter = TimeSpan.FromSeconds(5) };
        }

        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        try
        {
            return await _inRequest.Run(tenant, () => work(either.Token), either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new Problem(
                ProblemKind.TooLarge,
                $"The computation was stopped after {Deadline.TotalSeconds:0} seconds. Upload the rows as a data set "
                + "(POST /api/v1/datasets) and judge them by a batch (POST /api/v1/batch/submit), which may take its time.");
        }
    }

    /// <summary>Computes a part of a job.</summary>
    public Task<T> InBackground<T>(string tenant, Func<T> work, CancellationToken ct) => _inBackground.Run(tenant, work, ct);

    /// <inheritdoc/>
    public void Dispose()
    {
        _inRequest.Dispose();
        _inBackground.Dispose();
    }
}
