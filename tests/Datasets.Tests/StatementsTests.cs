using DuckDB.NET.Data;
using EventSourcedAnomaly.Datasets.DuckDb;

namespace EventSourcedAnomaly.Datasets.Tests;

public sealed class StatementsTests : UploadFolder
{
    private const string Endless = "SELECT count(*) FROM range(1000000) a(i), range(1000000) b(j) WHERE (i * j) % 7 = 3";

    [Fact]
    public void A_running_statement_is_interrupted_by_its_own_token()
    {
        using var database = OpenDatabase();
        using var connection = database.Connect();
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        var stopped = Assert.ThrowsAny<OperationCanceledException>(() => connection.Number(Endless, cancelled.Token));

        Assert.Equal(cancelled.Token, stopped.CancellationToken);
        Assert.Equal(42, connection.Number("SELECT 42::BIGINT", CancellationToken.None));
    }

    [Fact]
    public void A_result_that_fails_half_way_does_not_look_like_a_short_one()
    {
        using var database = OpenDatabase();
        using var connection = database.Connect();
        const string Failing = "SELECT CASE WHEN i = 500000 THEN error('broken') ELSE i END FROM range(1000000) t(i)";

        var failure = Assert.Throws<DuckDBException>(() => connection.Execute(Failing));

        Assert.Contains("broken", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_that_its_offset_carries_beyond_the_calendar_keeps_its_microseconds()
    {
        using var file = Open(Write("a.csv", "t\n0001-01-01T00:00:00+02:00\n"));

        var column = Assert.IsType<TimestampColumn>(file.ReadChunks(1, CancellationToken.None).Single().Columns[0]);

        Assert.Equal((DateTime.MinValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond - 7_200_000_000, column.Microseconds[0]);
    }

    private Database OpenDatabase() =>
        Database.Open(Write("a.csv", "a\n1\n"), TempDirectory, memoryLimitMegabytes: 64, maxTempBytes: 1 << 20);
}
