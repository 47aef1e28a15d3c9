using System.Globalization;
using System.Text;
using System.Text.Json;
using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Datasets;
using EventSourcedAnomaly.Server.Features.Detections;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings;

/// <summary>
/// Finds or makes the data set that the Enterprise contract's <c>training_data</c> means: an id or a name, a file to import, or rows.
/// </summary>
internal sealed class TrainingData(DatasetQueries datasets, DatasetIntake intake, ServerSettings settings)
{
    private const string Field = "training_data";
    private const string Expected = "the id or the name of a data set, a file under imports/ in the data directory, or rows of numbers";

    /// <summary>The data set, not yet verified when it was just made.</summary>
    /// <exception cref="Problem">There is none, or the data are not a data set.</exception>
    public Task<Dataset> Find(string tenant, JsonElement given, CancellationToken ct) => given.ValueKind switch
    {
        JsonValueKind.String => Named(tenant, given.GetString()!, ct),
        JsonValueKind.Array => Inline(tenant, InlineData.Read(given, Field), ct),
        _ => throw Problem.Invalid(Field, Expected, given.GetRawText()),
    };

    private async Task<Dataset> Named(string tenant, string name, CancellationToken ct)
    {
        if (name.Length == 0)
        {
            throw Problem.Invalid(Field, Expected, "an empty text");
        }

        try
        {
            return await datasets.Get(tenant, ResourceId.Canonical("dataset", name), ct);
        }
        catch (Problem problem) when (problem.Kind == ProblemKind.NotFound)
        {
            return await datasets.Named(tenant, name, ct) ?? await Import(tenant, name, ct);
        }
    }

    private async Task<Dataset> Import(string tenant, string name, CancellationToken ct)
    {
        var path = Imported(tenant, name)
            ?? throw new Problem(ProblemKind.NotFound,
                $"{Field}: there is no data set and no file under imports/ of that name.", Field, Expected);
        return await intake.Take(tenant,
            new DatasetFileRequest(path, Path.GetFileNameWithoutExtension(path), $"Imported from {name}", new ReadOptions(), null), ct);
    }

    /// <summary>A file within the tenant's part of the imports; null for anything that is not there, or leads out of it.</summary>
    private string? Imported(string tenant, string name)
    {
        if (name.Contains('\0', StringComparison.Ordinal) || Path.IsPathRooted(name))
        {
            return null;
        }

        var root = Path.Combine(settings.DataDirectory, "imports");
        root = Path.GetFullPath(tenant == Principal.SystemTenant ? root : Path.Combine(root, tenant)) + Path.DirectorySeparatorChar;
        var path = Path.GetFullPath(Path.Combine(root, name));
        return path.StartsWith(root, StringComparison.Ordinal) && File.Exists(path) && !LeadsElsewhere(path, root) ? path : null;
    }

    // A link on the way, be it a directory, would lead out of the imports.
    private static bool LeadsElsewhere(string path, string root)
    {
        for (var part = path; part.Length >= root.Length; part = Path.GetDirectoryName(part)!)
        {
            if (File.GetAttributes(part).HasFlag(FileAttributes.ReparsePoint))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<Dataset> Inline(string tenant, InlineData data, CancellationToken ct)
    {
        if (data.Rows.Rows < 2)
        {
            throw Problem.Invalid(Field, "at least 2 rows", data.Rows.Rows);
        }

        var path = Path.Combine(settings.TempDirectory, $"rows-{Guid.CreateVersion7():N}.csv");
        try
        {
            await File.WriteAllTextAsync(path, Csv(data), ct);
            return await intake.Take(
                tenant, new DatasetFileRequest(path, "Training data", "Came with a training's request",
                    new ReadOptions(DatasetFormat.Csv, HasHeader: true), null), ct);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Csv(InlineData data)
    {
        var csv = new StringBuilder(data.Series is not null
            ? "value" : string.Join(',', Enumerable.Range(0, data.Rows.Columns).Select(j => $"feature_{j}"))).Append('\n');
        for (var i = 0; i < data.Rows.Rows; i++)
        {
            csv.AppendJoin(',', data.Rows.Row(i).ToArray()
                .Select(value => double.IsNaN(value) ? string.Empty : value.ToString("R", CultureInfo.InvariantCulture))).Append('\n');
        }

        return csv.ToString();
    }
}
