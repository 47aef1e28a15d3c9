using System.Runtime.ExceptionServices;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Splits rows into blocks of fixed size and works on them in parallel; a block's bounds never depend on the number of threads.
/// </summary>
internal static class RowBlocks
{
    public static void ForEach(int rows, int blockRows, int maxDegreeOfParallelism, CancellationToken ct, Action<int, int> work)
    {
        var blocks = (int)(((long)rows + blockRows - 1) / blockRows);
        if (blocks <= 1 || maxDegreeOfParallelism == 1)
        {
            for (var block = 0; block < blocks; block++)
            {
                ct.ThrowIfCancellationRequested();
                Run(block);
            }
            return;
        }
        // On the threads of whoever asks, where that is a scheduler of its own.
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = maxDegreeOfParallelism, CancellationToken = ct, TaskScheduler = TaskScheduler.Current,
        };
        try
        {
            Parallel.For(0, blocks, options, Run);
        }
        catch (AggregateException several)
        {
            // the caller sees what it would have seen on one thread
            ExceptionDispatchInfo.Throw(several.Flatten().InnerExceptions[0]);
        }

        void Run(int block) => work(block * blockRows, Math.Min(blockRows, rows - block * blockRows));
    }
}
