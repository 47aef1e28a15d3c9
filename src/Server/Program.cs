using EventSourcedAnomaly.EmbeddedPostgres;
using EventSourcedAnomaly.EventLog.Schema;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using Microsoft.AspNetCore.Connections;

try
{
    await using var server = await ServerHost.Start(new Dictionary<string, string?>(), CancellationToken.None);
    await Console.Out.WriteLineAsync($"ready on {server.Address}");
    await server.Services.GetRequiredService<DemoTenant>().Fill(server.Address, server.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
    await server.Run();
    return 0;
}
catch (Exception e) when (e is SettingException or EmbeddedPostgresException or SchemaMismatchException or InvalidDataException || e is IOException { InnerException: AddressInUseException })
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
