using System.Reflection;
using Alba;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EventSourcedAnomaly.Server.Tests;

/// <summary>
/// Has the program that Alba starts in memory listen on a real port as well: one application behind two servers, for what only Kestrel
/// does, such as its limits, WebSockets and broken connections.
/// </summary>
internal sealed class KestrelExtension : IAlbaExtension
{
    private TwoServers? _servers;

    /// <summary>Where it listens.</summary>
    public string Address => _servers?.Address ?? throw new InvalidOperationException("The server has not started.");

    public IHostBuilder Configure(IHostBuilder builder) =>
        builder.ConfigureServices(services => services.AddSingleton<IServer, TwoServers>());

    public Task Start(IAlbaHost host)
    {
        _servers = (TwoServers)host.Server;

        // Links in answers lead to whoever follows them over a real connection.
        host.Server.BaseAddress = new Uri(Address);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Alba's server in memory, and Kestrel beside it with the program's own options.</summary>
    private sealed class TwoServers : TestServer, IServer
    {
        private readonly KestrelServer _kestrel;

        public TwoServers(IServiceProvider services, IOptions<TestServerOptions> options)
            : base(services, options) =>
            _kestrel = new KestrelServer(
                services.GetRequiredService<IOptions<KestrelServerOptions>>(), services.GetRequiredService<IConnectionListenerFactory>(),
                services.GetRequiredService<ILoggerFactory>());

        public string Address => _kestrel.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();

        async Task IServer.StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        {
            _kestrel.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Add("http://127.0.0.1:0");
            await _kestrel.StartAsync(application, cancellationToken);

            // The server in memory has this method for its host alone.
            var start = typeof(TestServer)
                .GetInterfaceMap(typeof(IServer)).TargetMethods.Single(method => method.Name.EndsWith("StartAsync",
                    StringComparison.Ordinal));
            await (Task)start.MakeGenericMethod(typeof(TContext))
                .Invoke(this, BindingFlags.DoNotWrapExceptions, null, [application, cancellationToken], null)!;
        }

        Task IServer.StopAsync(CancellationToken cancellationToken) => _kestrel.StopAsync(cancellationToken);

        void IDisposable.Dispose()
        {
            _kestrel.Dispose();
            Dispose();
        }
    }
}
