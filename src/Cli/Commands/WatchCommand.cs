using System.CommandLine;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary><c>esa watch</c>: follows a training session of a server. Whoever leaves with Ctrl-C leaves it running.</summary>
internal static class WatchCommand
{
    public static Command Create()
    {
        var session = new Argument<string>("session") { Description = "The session's id." };
        var server = new ServerOptions();
        var command = new Command(
            "watch", "Follow a training session of a server: epochs, losses, time left. Exit code 0 when it completes, 1 when it fails "
                + "or is stopped; Ctrl-C leaves it running.") { session };
        server.AddTo(command);
        command.SetAction(async (arguments, ct) =>
        {
            using var remote = server.Connect(arguments);
            return await SessionProgress.Show(remote, arguments.GetRequiredValue(session), TimeProvider.System, ct);
        });
        return command;
    }
}
