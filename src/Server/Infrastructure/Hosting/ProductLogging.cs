namespace EventSourcedAnomaly.Server.Infrastructure.Hosting;

/// <summary>How the product logs: a JSON object a line.</summary>
internal static class ProductLogging
{
    public static void Configure(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddJsonConsole(console =>
        {
            console.IncludeScopes = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        });
        logging.SetMinimumLevel(LogLevel.Information);
        foreach (var engine in (string[])["Microsoft", "FastEndpoints", "Npgsql", "Orleans", "Polly", "Wolverine", "Marten", "JasperFx"])
        {
            logging.AddFilter(engine, LogLevel.Warning);
        }
    }
}
