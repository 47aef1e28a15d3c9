using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Hosting;

/// <summary>Commands whose parameters are given in their order.</summary>
internal static class PostgresCommands
{
    /// <summary>A command on a connection of its own.</summary>
    public static NpgsqlCommand Command(this NpgsqlDataSource database, string sql, params ReadOnlySpan<object> values) =>
        With(database.CreateCommand(sql), values);

    /// <summary>Runs a command on a connection, within its transaction.</summary>
    public static async Task Execute(this NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = With(new NpgsqlCommand(sql, connection), values);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlCommand With(NpgsqlCommand command, ReadOnlySpan<object> values)
    {
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}
