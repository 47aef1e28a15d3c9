using DuckDB.NET.Data;
using EventSourcedAnomaly.Datasets.DuckDb;

namespace EventSourcedAnomaly.Datasets.Tests;

/// <summary>Whatever a file makes DuckDB do, it reaches nothing but that file and its own work directory.</summary>
public sealed class IsolationTests : UploadFolder
{
    [Theory]
    [InlineData("SELECT * FROM read_text('/etc/hostname')")]
    [InlineData("COPY (SELECT 1) TO '/tmp/escaped.csv'")]
    [InlineData("ATTACH '/tmp/escaped.duckdb'")]
    [InlineData("INSTALL httpfs")]
    [InlineData("LOAD httpfs")]
    [InlineData("SELECT * FROM read_csv('http://127.0.0.1:1/a.csv')")]
    [InlineData("SET enable_external_access=true")]
    [InlineData("SET memory_limit='100GB'")]
    public void Nothing_else_can_be_reached_or_changed(string statement)
    {
        using var database = Database.Open(Write("a.csv", "a\n1\n"), TempDirectory, memoryLimitMegabytes: 64, maxTempBytes: 1 << 20);
        database.Lock(columns: 1, memoryLimitMegabytes: 64);
        using var connection = database.Connect();

        Assert.Throws<DuckDBException>(() => connection.Execute(statement));
    }
}
