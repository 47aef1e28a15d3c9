using System.Net.Sockets;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>Tells a database or a silo that cannot be reached for a while from what is wrong with the work itself.</summary>
internal static class TransientFailure
{
    private const string IdleInTransaction = "25P03", TooManyConnections = PostgresErrorCodes.TooManyConnections;

    // Marten repeats commands after a transient error, such as a deadlock, even where the error ended the transaction, and then reports
    // that instead of the error.
    private const string AlreadyEnded = PostgresErrorCodes.InFailedSqlTransaction;

    /// <summary>Whether the same again may succeed, whatever the failure is wrapped in.</summary>
    public static bool Is(Exception e) => e switch
    {
        PostgresException
        {
            SqlState: AlreadyEnded or IdleInTransaction or TooManyConnections
                or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
        } => true,
        NpgsqlException { IsTransient: true } or NpgsqlException { InnerException: IOException or SocketException } => true,
        TimeoutException or ObjectDisposedException or global::Orleans.Runtime.OrleansException => true,
        AggregateException many => many.InnerExceptions.Any(Is),
        _ => e.InnerException is { } inner && Is(inner),
    };
}
