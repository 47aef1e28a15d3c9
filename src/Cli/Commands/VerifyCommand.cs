using System.CommandLine;
using EventSourcedAnomaly.EmbeddedPostgres;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Ledger.Database;
using Npgsql;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary>
/// <c>esa verify</c>: whether an export, a proof or a database is what was signed. Exit code 0 when it is, 1 when it is not.
/// </summary>
internal static class VerifyCommand
{
    private static readonly Option<string?> Key = new("--key")
    {
        Description = "The log's public key (name+hash+base64), or a file that holds it. Without it signatures are not checked.",
    };

    public static Command Create()
    {
        var export = new Argument<FileInfo>("export")
        { Description = "An audit export (NDJSON) of the whole log.", Arity = ArgumentArity.ZeroOrOne };
        var checkpoint = new Option<FileInfo?>("--checkpoint") { Description = "A checkpoint that was kept." };
        var command = new Command("verify", "Verify an audit export, a proof or a database offline.") { Proof(), Database() };
        command.Arguments.Add(export);
        command.Options.Add(checkpoint);
        command.Options.Add(Key);
        command.SetAction(async (arguments, ct) =>
        {
            var file = arguments.GetValue(export)
                ?? throw new ArgumentException("verify: name an export, or use 'verify proof' or 'verify database'.");
            var kept = arguments.GetValue(checkpoint)
                ?? throw new ArgumentException("--checkpoint: a checkpoint file is needed to verify an export.");
            var head = Checkpoint.Parse(await File.ReadAllTextAsync(kept.FullName, ct), ReadKey(arguments.GetValue(Key)));
            return Report(await ExportVerification.Run(Lines(file), head, ct), $"{head.Size} events are what {head.Origin} signed.");
        });
        return command;
    }

    private static Command Proof()
    {
        var file = new Argument<FileInfo>("proof") { Description = "A .tlog-proof file." };
        var entry = new Option<FileInfo>("--entry") { Description = "A file with the event's export line.", Required = true };
        var command = new Command("proof", "Verify that an event is in the log.") { file, entry, Key };
        command.SetAction(async (arguments, ct) =>
        {
            var proof = LogProof.Parse(await File.ReadAllTextAsync(arguments.GetRequiredValue(file).FullName, ct));
            var line = (await File.ReadAllBytesAsync(arguments.GetRequiredValue(entry).FullName, ct)).AsSpan().TrimEnd("\r\n"u8).ToArray();
            return Report(
                proof.Holds(line, ReadKey(arguments.GetValue(Key)))
                    ? [] : [new Finding(proof.Index + 1, "The proof does not hold for this entry.")],
                $"Event {proof.Index + 1} is in the log.");
        });
        return command;
    }

    private static Command Database()
    {
        var connection = new Option<string>("--connection") { Description = "A PostgreSQL URI or connection string.", Required = true };
        var checkpoints = new Option<FileInfo[]>("--checkpoint")
        { Description = "Checkpoints that were kept elsewhere.", AllowMultipleArgumentsPerToken = true };
        var command = new Command("database", "Re-derive the ledger from a database and name what was altered.")
            { connection, checkpoints, Key };
        command.SetAction(async (arguments, ct) =>
        {
            var key = ReadKey(arguments.GetValue(Key));
            await using var database = NpgsqlDataSource.Create(PostgresUri.ToConnectionString(arguments.GetRequiredValue(connection)));
            var kept = new List<Checkpoint>();
            foreach (var file in arguments.GetValue(checkpoints) ?? [])
            {
                kept.Add(Checkpoint.Parse(await File.ReadAllTextAsync(file.FullName, ct), key));
            }

            var verification = new DatabaseVerification(database, key);
            var findings = await verification.Run(kept, null, ct);
            return Report(findings,
                $"{verification.Events} events are whole{(key is null ? " (signatures not checked: no --key)" : string.Empty)}.");
        });
        return command;
    }

    private static int Report(IReadOnlyList<Finding> findings, string whole)
    {
        foreach (var finding in findings)
        {
            Console.WriteLine($"{(finding.Sequence is { } sequence ? $"seq {sequence}: " : string.Empty)}{finding.Message}");
        }

        Console.WriteLine(findings.Count == 0 ? $"verified: {whole}" : "NOT verified");
        return findings.Count == 0 ? 0 : 1;
    }

    private static VerifierKey? ReadKey(string? text) =>
        text is null ? null : VerifierKey.Parse(File.Exists(text) ? File.ReadAllText(text) : text);

    private static async IAsyncEnumerable<byte[]> Lines(FileInfo file)
    {
        // Lines are compared byte for byte, so they are split as bytes.
        await using var stream = new BufferedStream(file.OpenRead(), 1 << 20);
        var line = new MemoryStream();
        var buffer = new byte[1 << 16];
        int read;
        while ((read = await stream.ReadAsync(buffer)) > 0)
        {
            var start = 0;
            for (int end; (end = Array.IndexOf(buffer, (byte)'\n', start, read - start)) >= 0; start = end + 1)
            {
                line.Write(buffer, start, end - start);
                yield return line.ToArray();
                line.SetLength(0);
            }

            line.Write(buffer, start, read - start);
        }

        if (line.Length > 0)
        {
            yield return line.ToArray();
        }
    }
}
