using System.CommandLine;
using EventSourcedAnomaly.EmbeddedPostgres;
using EventSourcedAnomaly.EventLog.Archive;
using Npgsql;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary><c>esa archive</c>: moves closed ranges of the log into files that the ledger vouches for, and back.</summary>
internal static class ArchiveCommand
{
    private static readonly Option<string> Connection = new("--connection") { Description = "A PostgreSQL URI or connection string.", Required = true };
    private static readonly Argument<long> First = new("first") { Description = "The first sequence number of the range, as 'esa archive list' gives it." };
    private static readonly Option<FileInfo> File = new("--file") { Description = "The file of the range.", Required = true };

    public static Command Create() => new("archive", "List, export, verify, detach and attach closed ranges of the log.")
    {
        List(), Export(),
        OnFile("verify", "Compare the file of a range with the ledger.", (archive, first, path, ct) => archive.Verify(path, first, ct), "is what the ledger holds"),
        OnFile("detach", "Take a range out of the database, against the file that holds it.", (archive, first, path, ct) => archive.Detach(first, path, ct), "left the database"),
        OnFile("attach", "Bring a range back from its file.", (archive, first, path, ct) => archive.Attach(path, first, ct), "is back in the database"),
    };

    private static Command List()
    {
        var command = new Command("list", "The ranges that the log is stored in.") { Connection };
        command.SetAction(async (arguments, ct) =>
        {
            await using var database = Open(arguments);
            foreach (var partition in await Partition.All(database, ct))
            {
                Console.WriteLine($"{partition.First}\t{partition.Last}\t{partition.Table ?? $"archived, SHA-256 {partition.Sha256}"}");
            }
        });
        return command;
    }

    private static Command Export()
    {
        var folder = new Option<DirectoryInfo>("--output") { Description = "The folder for the file.", Required = true };
        var command = new Command("export", "Write a closed range into a file and compare it with the ledger.") { First, folder, Connection };
        command.SetAction(async (arguments, ct) =>
        {
            await using var database = Open(arguments);
            var (path, sha256) = await new EventArchive(database).Export(arguments.GetValue(First), arguments.GetRequiredValue(folder).FullName, ct);
            Console.WriteLine($"{path}\nSHA-256 {sha256}");
        });
        return command;
    }

    private static Command OnFile(string name, string description, Func<EventArchive, long, string, CancellationToken, Task> work, string done)
    {
        var command = new Command(name, description) { First, File, Connection };
        command.SetAction(async (arguments, ct) =>
        {
            var (first, path) = (arguments.GetValue(First), arguments.GetRequiredValue(File).FullName);
            await using var database = Open(arguments);
            await work(new EventArchive(database), first, path, ct);
            Console.WriteLine($"The range that begins with event {first} {done}.");
        });
        return command;
    }

    private static NpgsqlDataSource Open(ParseResult arguments) =>
        NpgsqlDataSource.Create(PostgresUri.ToConnectionString(arguments.GetRequiredValue(Connection)));
}
