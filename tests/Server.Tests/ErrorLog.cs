using System.Collections.Concurrent;
using Alba;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventSourcedAnomaly.Server.Tests;

/// <summary>Keeps the errors that the server logs, so that a test which is answered 500 says why.</summary>
internal sealed class ErrorLog : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _errors = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            _errors.Enqueue($"{formatter(state, exception)}: {exception}");
        }
    }

    public void Dispose()
    {
    }

    /// <summary>Writes what a server in this process logged into the output of the test that runs.</summary>
    public static void Tell(IAlbaHost host)
    {
        foreach (var error in host.Services.GetServices<ILoggerProvider>().OfType<ErrorLog>().SelectMany(log => log._errors.TakeLast(5)))
        {
            TestContext.Current.TestOutputHelper?.WriteLine(error);
        }
    }
}
