using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EventSourcedAnomaly.Server.Tests.Security;

/// <summary>A query that forgets whose rows it wants gets none of another tenant's.</summary>
public sealed class RowLevelSecurityTests(ServerFixture server)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("mt_streams")]
    [InlineData("mt_events")]
    [InlineData("subject_keys")]
    [InlineData("user_names")]
    public async Task Without_any_condition_a_tenant_sees_its_rows_and_no_others(string table)
    {
        var (one, _, _) = await server.SignedIn("rows-one", "analyst");
        var (two, _, _) = await server.SignedIn("rows-two", "analyst");
        using var first = one;
        using var second = two;
        var reads = server.Services.GetRequiredService<TenantReads>();

        Assert.Equal(["rows-one"], await Tenants(reads, "rows-one", table));
        Assert.Equal(["rows-two"], await Tenants(reads, "rows-two", table));
        Assert.Empty(await Tenants(reads, "rows-none", table));
        Assert.Empty(await Tenants(reads, string.Empty, table));
    }

    [Fact]
    public async Task Whoever_reads_as_a_tenant_neither_writes_nor_sees_what_belongs_to_the_server()
    {
        var reads = server.Services.GetRequiredService<TenantReads>();

        foreach (var sql in new[] { "delete from mt_streams", "select value from server_secrets", "select sealed from signing_keys",
            "update mt_events set type = 'x'" })
        {
            await using var command = reads.CreateCommand("rows-one", sql);
            var refused = await Assert.ThrowsAsync<PostgresException>(async () => await command.ExecuteReaderAsync(Ct));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    [Fact]
    public async Task Every_table_with_a_tenant_is_guarded()
    {
        await using var database = NpgsqlDataSource.Create(server.Database);
        await using var command = database.CreateCommand("""
            select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
             where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and not c.relispartition and not c.relrowsecurity
                 order by 1
            """);
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var open = new List<string>();
        while (await reader.ReadAsync(Ct))
        {
            open.Add(reader.GetString(0));
        }

        Assert.Empty(open);
    }

    private static async Task<IReadOnlyList<string>> Tenants(TenantReads reads, string tenant, string table)
    {
        await using var command = reads.CreateCommand(tenant, $"select distinct tenant_id from {table}");
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var tenants = new List<string>();
        while (await reader.ReadAsync(Ct))
        {
            tenants.Add(reader.GetString(0));
        }

        return tenants;
    }
}
