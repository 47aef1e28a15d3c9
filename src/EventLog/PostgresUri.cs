using Npgsql;

namespace EventSourcedAnomaly.EventLog;

/// <summary>Takes a connection as people have it: a libpq URI (<c>postgresql://user:password@host:port/database</c>) or Npgsql's keywords.</summary>
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

        foreach (var option in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)))
        {
            if (option is ["sslmode", var mode] && Enum.TryParse<SslMode>(mode.Replace("-", string.Empty), ignoreCase: true, out var ssl))
            {
                settings.SslMode = ssl;
            }
        }

        return settings.ConnectionString;
    }

    private static string Keywords(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text).ConnectionString;
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"Not a connection string: {e.Message}", e);
        }
    }
}
