namespace EventSourcedAnomaly.Server.Infrastructure.Compute;

/// <summary>
/// What one tenant has to compute, as a scheduler: what a piece of work splits into, such as the iterations of a parallel loop, lands in
/// the same queue.
/// </summary>
internal sealed class ComputeQueue : TaskScheduler
{
    private readonly ComputeThreads _threads;

    /// <summary>An empty queue.</summary>
    public ComputeQueue(ComputeThreads threads)
    {
        _threads = threads;
        Turn = new LinkedListNode<ComputeQueue>(this);
    }

    /// <summary>Pieces of work that nobody has begun.</summary>
    public Queue<Task> Pieces { get; } = [];

    /// <summary>Parts of pieces under way.</summary>
    public Queue<Task> Parts { get; } = [];

    /// <summary>How many pieces are under way.</summary>
    public int RunningPieces { get; set; }

    /// <summary>Its place in the line, while it has something to do.</summary>
    public LinkedListNode<ComputeQueue> Turn { get; }

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => _threads.Count;

    /// <summary>Runs a task on the calling thread.</summary>
    public void Execute(Task task) => TryExecuteTask(task);

    /// <inheritdoc/>
    protected override void QueueTask(Task task) => _threads.Enqueue(this, task);

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        _threads.IsOwnThread && TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [.. Pieces, .. Parts];
}
