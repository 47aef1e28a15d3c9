using System.Security.Cryptography;
using System.Text;

namespace EventSourcedAnomaly.Cli.Tests;

public sealed class WatchTests
{
    private const string Session = "training/sessions/sess_1", Feed = "sse/training/sess_1";

    [Fact]
    public async Task A_session_is_followed_over_a_line_that_breaks_until_it_is_completed()
    {
        await using var server = new FeedServer()
            .Answers(Session, State("running", 0)).Answers(Session, State("completed", 3))
            .Answers(Feed, Status(1, "status", "created") + Epoch(2, 1) + Epoch(3, 2) + "id: 4\nevent: metrics\ndata: {\"epo")
            .Answers(Feed, "{}", 503).Answers(Feed, Epoch(4, 3) + Status(5, "completed", "completed"));

        var (exitCode, output, error) = await Watch(server);

        Assert.Equal((0, string.Empty), (exitCode, error));
        Assert.Equal(
            [
                "mine: created", "epoch 1/8  train_loss 0.1  val_loss 0.01  learning_rate 0.001",
                "epoch 2/8  train_loss 0.2  val_loss 0.02  learning_rate 0.001  1:00 left",
                "epoch 3/8  train_loss 0.3  val_loss 0.03  learning_rate 0.001  0:50 left",
                "sess_1 completed after 3 epochs, best epoch 1 (val_loss 0.01)",
            ],
            Lines(output));
        Assert.Equal(
            ["GET /api/v1/sse/training/sess_1 key-1", "GET /api/v1/sse/training/sess_1 key-1 3", "GET /api/v1/sse/training/sess_1 key-1 3"],
            server.Asked.Where(asked => asked.Contains("/sse/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_session_that_was_stopped_and_resumed_is_followed_on_to_its_failure()
    {
        await using var server = new FeedServer()
            .Answers(Session, State("running", 0)).Answers(Session, State("running", 1)).Answers(Session, State("failed", 2))
            .Answers(Feed, Epoch(2, 1) + Status(3, "status", "stopped")
                + Status(4, "status", "running") + Epoch(5, 2) + Status(6, "failed", "failed") + Epoch(7, 99));

        var (exitCode, output, error) = await Watch(server);

        Assert.Equal(1, exitCode);
        Assert.Equal("esa: session sess_1 failed: The training diverged.", error.Trim());
        Assert.DoesNotContain("epoch 99", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_has_nothing_more_to_tell_is_concluded_at_once()
    {
        await using var server = new FeedServer().Answers(Session, State("completed", 8)).Answers(Feed, string.Empty, 204);

        Assert.Equal("sess_1 completed after 8 epochs, best epoch 1 (val_loss 0.01)", (await Watch(server)).Output.Trim());
    }

    [Fact]
    public async Task What_the_server_refuses_is_said_in_its_words()
    {
        await using var server = new FeedServer();

        Assert.Equal((1, "esa: No such thing."), Ending(await Watch(server)));
        Assert.Equal(
            (1, "esa: --server: expected an http or https address, got 'nowhere'"),
            Ending(await EsaProcess.RunAsync("watch", "sess_1", "--server", "nowhere")));
    }

    [Fact]
    public async Task Training_makes_a_session_starts_it_follows_it_and_fetches_its_best_checkpoint()
    {
        const string Weights = "weights of the best epoch";
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Weights)));
        await using var server = new FeedServer()
            .Answers("training/sessions", State("created", 0)).Answers($"{Session}/start", State("running", 0))
            .Answers(Session, State("running", 0)).Answers(Session, State("completed", 1))
                .Answers(Feed, Epoch(2, 1) + Status(3, "completed", "completed"))
            .Answers("checkpoints",
                $$"""{"checkpoints":[{{Checkpoint("ckpt_2", 2, "ff", false)}},{{Checkpoint("ckpt_1", 1, sha256, true)}}]}""")
            .Answers("checkpoints/ckpt_1/download", Weights);
        var file = Path.GetTempFileName();
        try
        {
            var (exitCode, output, error) = await EsaProcess.RunAsync(
                "train", "configs/train.yaml", "--name", "mine", "--tag", "unet", "--output", file, "--server",
                server.Address, "--api-key", "key-1");

            Assert.Equal((0, "esa: session sess_1"), (exitCode, error.Trim()));
            Assert.EndsWith($"{Path.GetFileName(file)}: epoch 1, 25 bytes", output.TrimEnd(), StringComparison.Ordinal);
            Assert.Equal(Weights, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
            Assert.Equal(
                """POST /api/v1/training/sessions key-1  {"config_path":"configs/train.yaml","session_name":"mine","tags":["unet"]}""",
                server.Asked.First());
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Task<(int ExitCode, string Output, string Error)> Watch(FeedServer server) =>
        EsaProcess.RunAsync("watch", "sess_1", "--server", server.Address, "--api-key", "key-1");

    private static (int ExitCode, string Error) Ending((int ExitCode, string Output, string Error) ran) => (ran.ExitCode, ran.Error.Trim());

    private static string[] Lines(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string State(string status, int epoch) =>
        $$"""
        {"session_id":"sess_1","session_name":"mine","status":"{{status}}","current_epoch":{{epoch}},"total_epochs":8,"best_by":"val_loss","best_epoch":1,"best_value":0.01,
         "error":{{(status == "failed" ? "\"The training diverged.\"" : "null")}}}
        """;

    private static string Epoch(int id, int epoch) =>
        $$"""
        id: {{id}}
        event: metrics
        data: {"epoch":{{epoch}},"timestamp":"2025-12-19T10:30:{{epoch % 6}}0Z","points":3,"learning_rate":0.001,"train_loss":0.{{epoch}},"val_loss":0.0{{epoch}}}


        """.ReplaceLineEndings("\n") + "\n";

    private static string Status(int id, string name, string status) => $"id: {id}\nevent: {name}\ndata: {{\"status\":\"{status}\"}}\n\n";

    private static string Checkpoint(string id, int epoch, string sha256, bool isBest) =>
        $$"""{"checkpoint_id":"{{id}}","epoch":{{epoch}},"sha256":"{{sha256}}","file_size_bytes":25,"is_best":{{(isBest ? "true" : "false")}}}""";
}
