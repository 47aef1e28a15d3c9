using Microsoft.Extensions.Logging;

namespace EventSourcedAnomaly.EmbeddedPostgres;

/// <summary>What the embedded server tells the log.</summary>
internal static partial class EmbeddedPostgresLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Creating a PostgreSQL {Version} cluster in {Directory}")]
    public static partial void CreatingCluster(ILogger logger, int version, string directory);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "PostgreSQL {Version} runs as process {ProcessId} on 127.0.0.1:{Port}, data in {Directory}")]
    public static partial void Running(ILogger logger, int version, int processId, int port, string directory);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The account of PostgreSQL cannot enter {DataDirectory}; its cluster is in {Directory}")]
    public static partial void ClusterElsewhere(ILogger logger, string dataDirectory, string directory);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "A cluster of an earlier data directory {DataDirectory} was found and set aside as {Directory}")]
    public static partial void ClusterSetAside(ILogger logger, string dataDirectory, string directory);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopping {Count} PostgreSQL processes that a killed server left in {Directory}")]
    public static partial void StoppingLeftover(ILogger logger, string directory, int count);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Port {Port} was taken by another process; trying again")]
    public static partial void PortTaken(ILogger logger, int port);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "PostgreSQL (process {ProcessId}) ended by accident with code {Code}; it is started again")]
    public static partial void Died(ILogger logger, int processId, int code);

    [LoggerMessage(Level = LogLevel.Error, Message = "PostgreSQL could not be started again; another attempt follows")]
    public static partial void NotBack(ILogger logger, Exception exception);
}
