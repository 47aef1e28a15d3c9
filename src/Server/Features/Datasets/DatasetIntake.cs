using System.Security.Cryptography;
using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary>A file on this machine that is to become a data set.</summary>
internal sealed record DatasetFileRequest(string Path, string Name, string? Description, ReadOptions Options, string? LabelColumn);

/// <summary>Takes files in, whoever brings them.</summary>
internal sealed class DatasetIntake(BulkStore bulk, IGrainFactory grains, DatasetQueries datasets, DatasetRows rows,
    ServerSettings settings, TimeProvider time) : IDisposable
{
    private const int MaxUploads = 16, MaxUploadsOfTenant = 4;
    private readonly ReadLimits _limits = ReadLimits.Default with { MaxBytes = settings.MaxUploadBytes };

    /// <summary>Who uploads.</summary>
    public TenantSlots Slots { get; } = new("uploads of data sets", MaxUploads, MaxUploadsOfTenant, TimeSpan.FromSeconds(10));

    /// <summary>Where uploads rest while they are read.</summary>
    public string TempDirectory => settings.TempDirectory;

    /// <inheritdoc/>
    public void Dispose() => Slots.Dispose();

    /// <summary>Reads, stores and records a file.</summary>
    public async Task<Dataset> Take(string tenant, DatasetFileRequest request, CancellationToken ct)
    {
        var id = ResourceId.New("dataset");
        var stream = new StreamKey(tenant, id);
        try
        {
            var upload = await Task.Run(() => Read(stream, request, ct), ct);
            await grains.Of<IDatasetGrain>(tenant, id).Take(upload, ct);
            return await datasets.Get(tenant, id, ct);
        }
        catch (Exception e)
        {
            // The token may be what ended it; the rows go all the same.
            await bulk.Delete(stream, CancellationToken.None);
            throw e is DatasetException bad ? new Problem(ProblemKind.InvalidDataset, $"{bad.Field}: {bad.Message}", bad.Field) : e;
        }
    }

    private async Task<DatasetUploaded> Read(StreamKey stream, DatasetFileRequest request, CancellationToken ct)
    {
        using var file = DatasetFile.Open(request.Path, request.Options, _limits, settings.TempDirectory, ct);
        var label = LabelOf(file, request.LabelColumn);
        var (manifest, sha256) = await rows.Store(stream, file, ct);
        var cells = (double)file.RowCount * file.Columns.Count;
        return new DatasetUploaded(
            stream.Id, request.Name, request.Description, file.Format.ToString().ToLowerInvariant(), ResourceId.New("upload"),
            new FileInfo(request.Path).Length, await HashOf(request.Path, ct), sha256, file.RowCount,
            new ColumnCounts(
                file.Columns.Count, manifest.FeatureNames(label).Count,
                file.Columns.Count(column => column.Type is ColumnType.Float64 or ColumnType.Int64),
                file.Columns.Count(column => column.Type == ColumnType.Text)),
            label, cells == 0 ? 0 : manifest.Profile.Columns.Sum(column => column.NullCount) / cells,
            manifest.Profile.DuplicateRows, time.GetUtcNow());
    }

    private static string? LabelOf(DatasetFile file, string? wanted)
    {
        var column = file.Columns.FirstOrDefault(column =>
            wanted is null ? string.Equals(column.Name, "label", StringComparison.OrdinalIgnoreCase) : column.Name == wanted);
        return column switch
        {
            null when wanted is not null =>
                throw Problem.Invalid("label_column",
                    $"one of: {string.Join(", ", file.Columns.Take(50).Select(known => known.Name))}", wanted),
            { Type: ColumnType.Text or ColumnType.Timestamp } when wanted is not null =>
                throw Problem.Invalid("label_column", "a column of 0 and 1 or of truth values", wanted),
            { Type: ColumnType.Text or ColumnType.Timestamp } => null,
            _ => column?.Name,
        };
    }

    private static async Task<string> HashOf(string path, CancellationToken ct)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct));
    }
}
