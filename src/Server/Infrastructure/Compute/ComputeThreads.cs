using System.Runtime.InteropServices;

namespace EventSourcedAnomaly.Server.Infrastructure.Compute;

/// <summary>
/// A fixed number of threads for computation alone, which the operating system runs after those that answer requests. Each tenant has a
/// queue; the queues take turns. What a tenant began may spread over all threads that are free, but one tenant's own pieces of work never
/// hold all of them, so another's next piece waits for a piece at most, not for a tenant.
/// </summary>
internal sealed class ComputeThreads : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _runnable = new(0);
    private readonly LinkedList<ComputeQueue> _turns = [];
    private readonly Dictionary<string, ComputeQueue> _queues = new(StringComparer.Ordinal);
    private readonly ThreadLocal<bool> _isOwn = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Thread[] _threads;
    private readonly int _maxPiecesOfTenant;
    private readonly int _nice;

    /// <summary>Starts the threads.</summary>
    /// <param name="name">What they are called in a debugger.</param>
    /// <param name="count">How many; two at least, or one tenant could hold all.</param>
    /// <param name="nice">How far behind other threads the operating system puts them, from 0 to 19.</param>
    public ComputeThreads(string name, int count, int nice)
    {
        count = Math.Max(2, count);
        (_maxPiecesOfTenant, _nice) = (count - 1, nice);
        _threads = [.. Enumerable.Range(1, count).Select(i => new Thread(Work) { IsBackground = true, Name = $"{name} {i}" })];
        Array.ForEach(_threads, thread => thread.Start());
    }

    /// <summary>How many there are.</summary>
    public int Count => _threads.Length;

    /// <summary>Runs a piece of a tenant's work when its turn has come.</summary>
    /// <remarks>Whoever waits for it goes on elsewhere: these threads run nothing but the work itself.</remarks>
    public Task<T> Run<T>(string tenant, Func<T> work, CancellationToken ct) => Task.Factory.StartNew(
        work, ct, TaskCreationOptions.DenyChildAttach | TaskCreationOptions.RunContinuationsAsynchronously, QueueOf(tenant));

    /// <summary>How many pieces of a tenant's work wait for a thread.</summary>
    public int Waiting(string tenant)
    {
        lock (_lock)
        {
            return _queues.GetValueOrDefault(tenant)?.Pieces.Count ?? 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Cancel();
        Array.ForEach(_threads, thread => thread.Join());
        _stopping.Dispose();
        _runnable.Dispose();
        _isOwn.Dispose();
    }

    /// <summary>Takes a task in: a piece of work of its own, or a part that a piece under way has split off.</summary>
    internal void Enqueue(ComputeQueue queue, Task task)
    {
        lock (_lock)
        {
            (_isOwn.Value ? queue.Parts : queue.Pieces).Enqueue(task);
            if (queue.Turn.List is null)
            {
                _turns.AddLast(queue.Turn);
            }
        }

        _runnable.Release();
    }

    /// <summary>Whether the calling thread is one of these.</summary>
    internal bool IsOwnThread => _isOwn.Value;

    private ComputeQueue QueueOf(string tenant)
    {
        lock (_lock)
        {
            return CollectionsMarshal.GetValueRefOrAddDefault(_queues, tenant, out _) ??= new ComputeQueue(this);
        }
    }

    private void Work()
    {
        _isOwn.Value = true;
        ThreadPriority.SetNice(_nice);
        while (true)
        {
            try
            {
                _runnable.Wait(_stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            while (Next() is var (queue, task, isPiece))
            {
                queue.Execute(task);
                if (isPiece)
                {
                    lock (_lock)
                    {
                        queue.RunningPieces--;
                    }
                }
            }
        }
    }

    // The first queue in turn that has something to do goes to the end of the line.
    private (ComputeQueue Queue, Task Task, bool IsPiece)? Next()
    {
        lock (_lock)
        {
            for (var turn = _turns.First; turn is not null; turn = turn.Next)
            {
                var queue = turn.Value;
                var isPiece = !queue.Parts.TryDequeue(out var task) && queue.RunningPieces < _maxPiecesOfTenant
                    && queue.Pieces.TryDequeue(out task);
                if (task is null)
                {
                    continue;
                }

                queue.RunningPieces += isPiece ? 1 : 0;
                _turns.Remove(turn);
                if (queue.Parts.Count + queue.Pieces.Count > 0)
                {
                    _turns.AddLast(turn);
                }

                return (queue, task, isPiece);
            }

            return null;
        }
    }
}
