using System.Globalization;
using System.Text.Json;
using EventSourcedAnomaly.Cli.Remote;
using Spectre.Console;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary>Shows a session of a server while it trains: a bar where a person is watching, a line for each epoch elsewhere.</summary>
internal static class SessionProgress
{
    private const int MaxMetricsInLine = 6, MaxMetricsBesideBar = 2;

    /// <summary>Shows it to its end.</summary>
    /// <returns>0 when it completed; 1 when it failed or was stopped.</returns>
    public static async Task<int> Show(RemoteServer server, string id, TimeProvider time, CancellationToken ct)
    {
        var path = $"training/sessions/{Uri.EscapeDataString(id)}";
        var session = SessionStatus.Of(await server.Get(path, ct));
        var feed = new SessionFeed(server, time);
        try
        {
            await (Console.IsOutputRedirected
                ? feed.Follow(session.Id, new Lines(session).See, ct)
                : AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
                    .StartAsync(context => feed.Follow(session.Id, new Bar(context, session).See, ct)));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"esa: session {session.Id} goes on; 'esa watch {session.Id}' follows it again");
            throw;
        }

        return Conclude(SessionStatus.Of(await server.Get(path, CancellationToken.None)));
    }

    private static int Conclude(SessionStatus session)
    {
        var best = session is { BestEpoch: { } epoch, BestValue: { } value }
            ? $", best epoch {epoch} ({session.BestBy} {Figure(value)})" : string.Empty;
        if (session.Status == "completed")
        {
            Console.WriteLine($"{session.Id} completed after {session.Epoch} epochs{best}");
            return 0;
        }

        var end = session.Status switch { "failed" => $"failed: {session.Error}", "stopped" => "was stopped", var other => $"is {other}" };
        Console.Error.WriteLine($"esa: session {session.Id} {end}");
        return 1;
    }

    private static string Figure(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>What an epoch gave, and how long the rest will take.</summary>
    private static string Describe(JsonElement data, int total, TimeSpan? left, int metrics)
    {
        var epoch = data.GetProperty("epoch").GetInt32();
        var losses = string.Concat(Shown(data).Take(metrics).Select(metric => $"  {metric.Name} {Figure(metric.Value.GetDouble())}"));
        var rest = left is { } span
            ? $"  {(span.TotalHours >= 1 ? $"{(int)span.TotalHours}:{span:mm\\:ss}" : span.ToString("m\\:ss"))} left" : string.Empty;
        return $"epoch {epoch}{(total > 0 ? $"/{total}" : string.Empty)}{losses}{rest}";
    }

    private static IEnumerable<JsonProperty> Shown(JsonElement data) =>
        data.EnumerateObject().Where(metric => metric.Value.ValueKind == JsonValueKind.Number && metric.Name is not ("epoch" or "points"))
            .OrderBy(metric => metric.Name switch { "train_loss" => 0, "val_loss" => 1, "learning_rate" => 3, _ => 2 });

    private sealed class Lines(SessionStatus session)
    {
        private readonly TrainingPace _pace = new();

        public void See(SessionMessage message)
        {
            if (message.Name == "metrics")
                Console.WriteLine(Describe(message.Data, session.TotalEpochs, _pace.Left(message, session.TotalEpochs), MaxMetricsInLine));
            else if (message.Name == "status")
                Console.WriteLine($"{session.Name}: {message.Status}");
        }
    }

    private sealed class Bar(ProgressContext context, SessionStatus session)
    {
        private readonly TrainingPace _pace = new();

        private readonly ProgressTask _task = context.AddTask(
            Markup.Escape(session.Name), new ProgressTaskSettings { MaxValue = Math.Max(1, session.TotalEpochs) });

        public void See(SessionMessage message)
        {
            if (message.Name == "metrics")
            {
                _task.IsIndeterminate = session.TotalEpochs == 0;
                _task.Value = message.Data.GetProperty("epoch").GetInt32();
                _task.Description =
                    Markup.Escape(
                        Describe(message.Data, session.TotalEpochs, _pace.Left(message, session.TotalEpochs), MaxMetricsBesideBar));
            }
            else if (message.Name == "completed")
            {
                // More epochs would not have helped.
                (_task.IsIndeterminate, _task.Value) = (false, _task.MaxValue);
            }
        }
    }
}
