using System.Diagnostics;
using Npgsql;

namespace EventSourcedAnomaly.Benchmarks.Asynchrony;

/// <summary>
/// Looks at the log from outside, as often as the database answers: when each event could be seen, and when each subscription had dealt
/// with it. What it finds is late by one look at most, about a millisecond.
/// </summary>
internal sealed class LogWatch(string connectionString, IReadOnlyList<string> subscriptions)
{
    private const string Question = """
        select coalesce((select max(seq_id) from mt_events), 0),
               array(select coalesce((select last_seq_id from mt_event_progression where name = s || ':All'), 0)
                   from unnest($1) with ordinality t(s, n) order by n)
        """;

    private readonly List<(long Ticks, long Head, long[] Reached)> _changes = [];

    /// <summary>Watches until stopped.</summary>
    public async Task Run(CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(Question, connection) { Parameters = { new() { Value = subscriptions.ToArray() } } };
        await command.PrepareAsync(ct);
        while (!ct.IsCancellationRequested)
        {
            await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
            await reader.ReadAsync(CancellationToken.None);
            var (head, reached) = (reader.GetInt64(0), reader.GetFieldValue<long[]>(1));
            if (_changes.Count == 0 || head != _changes[^1].Head || !reached.SequenceEqual(_changes[^1].Reached))
            {
                _changes.Add((Stopwatch.GetTimestamp(), head, reached));
            }
        }
    }

    /// <summary>Milliseconds from the commit of each event that was seen to arrive until a subscription was past it.</summary>
    public List<double> Latencies(int subscription)
    {
        var latencies = new List<double>();
        var done = 0;
        for (var i = 1; i < _changes.Count; i++)
        {
            for (var sequence = _changes[i - 1].Head + 1; sequence <= _changes[i].Head; sequence++)
            {
                done = Math.Max(done, i);
                while (done < _changes.Count && _changes[done].Reached[subscription] < sequence)
                {
                    done++;
                }

                if (done < _changes.Count)
                {
                    latencies.Add(Stopwatch.GetElapsedTime(_changes[i].Ticks, _changes[done].Ticks).TotalMilliseconds);
                }
            }
        }

        return latencies;
    }
}
