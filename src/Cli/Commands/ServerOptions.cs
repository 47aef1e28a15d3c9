using System.CommandLine;
using EventSourcedAnomaly.Cli.Remote;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary>The arguments that name a running server.</summary>
internal sealed class ServerOptions
{
    private readonly Option<string> _server = new("--server")
    {
        Description = "Where the server is; ESA_SERVER unless given.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("ESA_SERVER") is { Length: > 0 } address
            ? address : "http://127.0.0.1:8000",
    };

    private readonly Option<string?> _key = new("--api-key")
    { Description = "The API key; ESA_API_KEY unless given, where other users of the machine do not see it." };

    public void AddTo(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_key);
    }

    public RemoteServer Connect(ParseResult arguments) =>
        new(arguments.GetValue(_server)!, arguments.GetValue(_key) ?? Environment.GetEnvironmentVariable("ESA_API_KEY"));
}
