using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using EventSourcedAnomaly.Cli.Remote;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary><c>esa train</c>: has a server train what a configuration file names, and follows it.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var config = new Argument<string>("config")
        { Description = "The YAML file as the server finds it below its configuration folder, such as configs/train.yaml." };
        var name = new Option<string?>("--name") { Description = "What to call the session." };
        var tags = new Option<string[]>("--tag") { Description = "A word to find it by; may be given several times." };
        var output = new Option<FileInfo?>("--output")
        { Description = "File to write the best checkpoint to once the session is completed." };
        var server = new ServerOptions();
        var command = new Command(
            "train", "Have a running server train by a configuration file, as a session that survives both this program and the server, "
                + "and follow it as 'esa watch' does. "
            + "Ctrl-C leaves it running.") { config, name, tags, output };
        server.AddTo(command);
        command.SetAction(async (arguments, ct) =>
        {
            using var remote = server.Connect(arguments);
            var made = SessionStatus.Of(await remote.Post(
                "training/sessions",
                new
                {
                    config_path = arguments.GetRequiredValue(config), session_name = arguments.GetValue(name),
                    tags = arguments.GetValue(tags) ?? []
                }, ct));
            await remote.Post($"training/sessions/{made.Id}/start", null, ct);
            await Console.Error.WriteLineAsync($"esa: session {made.Id}");
            var code = await SessionProgress.Show(remote, made.Id, TimeProvider.System, ct);
            if (code == 0 && arguments.GetValue(output) is { } file) await SaveBest(remote, made.Id, file, ct);
            return code;
        });
        return command;
    }

    private static async Task SaveBest(RemoteServer server, string session, FileInfo file, CancellationToken ct)
    {
        var kept = (await server.Get($"checkpoints?session_id={session}&limit=500", ct))
            .GetProperty("checkpoints").EnumerateArray().ToArray();
        var best = kept.Where(one => one.GetProperty("is_best").GetBoolean()).Concat(kept).FirstOrDefault();
        if (best.ValueKind == JsonValueKind.Undefined) throw new ServerException($"session {session} has no checkpoint", isPassing: false);
        var part = file.FullName + ".part";
        using (var request = new HttpRequestMessage(HttpMethod.Get,
            $"checkpoints/{best.GetProperty("checkpoint_id").GetString()}/download"))
        using (var response = await server.Open(request, ct))
        await using (var writing = File.Create(part))
        {
            await response.Content.CopyToAsync(writing, ct);
        }

        await using (var reading = File.OpenRead(part))
        {
            if (Convert.ToHexStringLower(await SHA256.HashDataAsync(reading, ct)) != best.GetProperty("sha256").GetString())
                throw new InvalidDataException("what came down is not the checkpoint that was stored: its SHA-256 differs");
        }

        File.Move(part, file.FullName, overwrite: true);
        Console.WriteLine(
            $"{file.Name}: epoch {best.GetProperty("epoch").GetInt32()}, {best.GetProperty("file_size_bytes").GetInt64()} bytes");
    }
}
