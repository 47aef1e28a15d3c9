using System.Globalization;
using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;

/// <summary>The fields of an upload beside its file, in whatever order they came.</summary>
internal sealed class CheckpointForm
{
    private const int MaxMetrics = 50;
    private const int MaxNameLength = 100;
    private static readonly string[] Known = ["file", "session_id", "epoch", "metrics"];
    private readonly Dictionary<string, string> _fields = [];

    /// <summary>What to call the file, without any path.</summary>
    public string? FileName { get; private set; }

    /// <summary>The session.</summary>
    public string SessionId => ResourceId.Canonical("sess", Field("session_id", "the id of a training session"));

    /// <summary>The epoch.</summary>
    public int Epoch =>
        int.TryParse(Field("epoch", "a whole number of at least 0"), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
        ? epoch
        : throw Problem.Invalid("epoch", "a whole number of at least 0", _fields["epoch"]);

    /// <summary>What was measured.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; private set; } = new Dictionary<string, double>();

    /// <summary>Receives a form.</summary>
    /// <param name="http">The request.</param>
    /// <param name="check">Looks at the fields as soon as they are there, so that a file is not received for nothing.</param>
    /// <param name="take">Takes the file.</param>
    public static async Task<CheckpointForm> Receive(HttpContext http, Func<CheckpointForm, Task> check, Func<Stream, Task> take)
    {
        var form = new CheckpointForm();
        try
        {
            await foreach (var part in MultipartParts.Read(http, Known, http.RequestAborted))
            {
                await form.Add(part, check, take, http.RequestAborted);
            }
        }
        catch (Exception e)
        {
            throw MultipartParts.AsProblem(e);
        }

        if (form.FileName is null)
        {
            throw new Problem(ProblemKind.Invalid, "file: field required.", "file", "the checkpoint's file");
        }

        _ = (form.SessionId, form.Epoch);
        return form;
    }

    /// <summary>Whether a field has come.</summary>
    public bool Has(string field) => _fields.ContainsKey(field);

    private async Task Add(MultipartPart part, Func<CheckpointForm, Task> check, Func<Stream, Task> take, CancellationToken ct)
    {
        if (part.Field == "file" ? FileName is not null : Has(part.Field))
        {
            throw new Problem(ProblemKind.Invalid, $"{part.Field}: given twice.", part.Field, "to be given once");
        }

        if (part.Field == "file")
        {
            FileName = Safe(part.FileName);
            await take(part.Body);
            return;
        }

        _fields[part.Field] = await part.Text(ct);
        switch (part.Field)
        {
            case "epoch":
                _ = Epoch;
                break;
            case "metrics":
                Metrics = Read(_fields["metrics"]);
                break;
            default:
                await check(this);
                break;
        }
    }

    private string Field(string name, string expected) =>
        _fields.TryGetValue(name, out var value)
            ? value : throw new Problem(ProblemKind.Invalid, $"{name}: field required.", name, expected);

    // A name comes back to other machines: no folders, nothing that a file system or a header could take amiss.
    private static string Safe(string? given)
    {
        var name = (given ?? string.Empty).Split('/', '\\')[^1];
        var plain = string.Concat(name.Where(c => !char.IsControl(c) && !"\"<>:|?*%;".Contains(c))).Trim(' ', '.');
        return plain switch { "" => "checkpoint", { Length: > MaxNameLength } => plain[^MaxNameLength..], _ => plain };
    }

    private static Dictionary<string, double> Read(string text)
    {
        const string Expected = "a JSON object of numbers, such as {\"val_loss\": 0.25}";
        try
        {
            using var json = JsonDocument.Parse(text.Length == 0 ? "{}" : text);
            var metrics = new Dictionary<string, double>();
            foreach (var member in json.RootElement.ValueKind == JsonValueKind.Object
                ? json.RootElement.EnumerateObject() : throw Problem.Invalid("metrics", Expected))
            {
                metrics[member.Name] = member.Name.Length is > 0 and <= MaxNameLength && member.Value.ValueKind == JsonValueKind.Number
                    && member.Value.TryGetDouble(out var value)
                    && double.IsFinite(value)
                        ? value
                        : throw Problem.Invalid($"metrics.{member.Name}",
                            $"a finite number under a name of 1 to {MaxNameLength} characters", member.Value.GetRawText());
            }

            return metrics.Count <= MaxMetrics ? metrics : throw Problem.Invalid("metrics", $"at most {MaxMetrics} numbers");
        }
        catch (JsonException)
        {
            throw Problem.Invalid("metrics", Expected, text);
        }
    }
}
