using Npgsql;

namespace EventSourcedAnomaly.EmbeddedPostgres.Tests;

/// <summary>A connection may be given as people have it, and is written down as psql takes it.</summary>
public sealed class PostgresUriTests
{
    [Theory]
    [InlineData("postgresql://ada:p%40ss%2Fword@db.example:6543/anomalies?sslmode=verify-full", "db.example", 6543, "ada",
        "p@ss/word", "anomalies", SslMode.VerifyFull)]
    [InlineData("postgres://ada@localhost/x", "localhost", 5432, "ada", null, "x", SslMode.Prefer)]
    [InlineData("Host=localhost;Port=7;Username=ada;Password=a b;Database=x;SSL Mode=Require", "localhost",
        7, "ada", "a b", "x", SslMode.Require)]
    public void What_is_read_is_written_and_read_again(string given, string host, int port, string user, string? password,
        string database, SslMode mode)
    {
        foreach (var text in new[] { given, PostgresUri.FromConnectionString(PostgresUri.ToConnectionString(given)) })
        {
            var settings = new NpgsqlConnectionStringBuilder(PostgresUri.ToConnectionString(text));
            Assert.Equal((host, port, user, password, database, mode),
                (settings.Host, settings.Port, settings.Username, settings.Password, settings.Database, settings.SslMode));
        }
    }

    [Fact]
    public void A_folder_of_sockets_is_written_as_psql_takes_it() => Assert.Equal(
        "postgresql://ada@/x?host=%2Fvar%2Frun%2Fpostgresql&port=5432&sslmode=disable",
        PostgresUri.FromConnectionString("Host=/var/run/postgresql;Username=ada;Database=x;SSL Mode=Disable"));

    [Theory]
    [InlineData("postgresql://[")]
    [InlineData("Host=localhost;top-secret=1")]
    [InlineData("top-secret")]
    public void What_is_neither_is_refused_without_being_repeated(string text) =>
        Assert.DoesNotContain("secret", Assert.Throws<FormatException>(() => PostgresUri.ToConnectionString(text)).Message,
            StringComparison.Ordinal);
}
