using Npgsql;

namespace EventSourcedAnomaly.EmbeddedPostgres;

/// <summary>
/// Takes a connection as people have it: a libpq URI (<c>postgresql://user:password@host:port/database</c>) or Npgsql's keywords.
/// </summary>
public static class PostgresUri
{
    /// <summary>The Npgsql connection string.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static string ToConnectionString(string text)
    {
        text = text.Trim();
        if (!text.StartsWith("postgres://", StringComparison.Ordinal) && !text.StartsWith("postgresql://", StringComparison.Ordinal))
        {
            return Keywords(text);
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            throw new FormatException("Not a PostgreSQL URI: expected postgresql://user:password@host:port/database.");
        }

        var user = uri.UserInfo.Split(':', 2);
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : 5432,
            Database = uri.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(uri.AbsolutePath[1..]) : "postgres",
        };
        if (user[0].Length > 0)
        {
            settings.Username = Uri.UnescapeDataString(user[0]);
        }

        if (user.Length > 1)
        {
            settings.Password = Uri.UnescapeDataString(user[1]);
        }

        foreach (var option in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2)))
        {
            if (option is ["sslmode", var mode] && Enum.TryParse<SslMode>(mode.Replace("-", string.Empty), ignoreCase: true, out var ssl))
            {
                settings.SslMode = ssl;
            }
        }

        return settings.ConnectionString;
    }

    /// <summary>Writes a connection as a libpq URI to a file of mode 0600, for <c>psql</c> and whoever else is let in.</summary>
    /// <param name="path">The file.</param>
    /// <param name="connectionString">Npgsql's keywords.</param>
    /// <param name="ct">Stops the writing.</param>
    public static Task Save(string path, string connectionString, CancellationToken ct) =>
        PrivateFile.ReplaceAsync(path, FromConnectionString(connectionString) + "\n", ct);

    /// <summary>The libpq URI of a connection, as far as libpq has words for it: where, who, and whether by TLS.</summary>
    /// <param name="connectionString">Npgsql's keywords.</param>
    public static string FromConnectionString(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var password = settings.Password is { Length: > 0 } secret ? $":{Uri.EscapeDataString(secret)}" : string.Empty;
        var user = settings.Username is { Length: > 0 } name ? $"{Uri.EscapeDataString(name)}{password}@" : string.Empty;
        var mode = settings.SslMode switch
        {
            SslMode.VerifyCA => "verify-ca",
            SslMode.VerifyFull => "verify-full",
            var other => other.ToString().ToLowerInvariant(),
        };
        var database = Uri.EscapeDataString(settings.Database ?? settings.Username ?? "postgres");
        // A folder of sockets has slashes, which a host in a URI cannot have.
        return settings.Host?.Contains('/') == true
            ? $"postgresql://{user}/{database}?host={Uri.EscapeDataString(settings.Host)}&port={settings.Port}&sslmode={mode}"
            : $"postgresql://{user}{settings.Host}:{settings.Port}/{database}?sslmode={mode}";
    }

    private static string Keywords(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text).ConnectionString;
        }
        catch (ArgumentException e)
        {
            // What it says in detail may be a part of the password.
            throw new FormatException(
                "Not a connection string: expected postgresql://user:password@host:port/database, or keywords such as Host=…;Username=….",
                e);
        }
    }
}
