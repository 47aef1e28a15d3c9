using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Surfaces;

namespace EventSourcedAnomaly.Server.Datasets;

/// <summary>Finds data sets, and puts them as documents 000 and 002 show them.</summary>
internal sealed class DatasetViews(EventStore store)
{
    /// <summary>A data set of a tenant, deleted ones apart.</summary>
    public async Task<Dataset> Get(string tenant, string id, CancellationToken ct)
    {
        var (state, version) = await store.Snapshots.Load<Dataset>(new StreamKey(tenant, id), ct);
        return version > 0 && !state.Deleted ? state : throw Problem.NotFound("dataset", id);
    }

    /// <summary>A page of a tenant's data sets, newest first.</summary>
    public Task<(IReadOnlyList<Dataset> States, long Total)> List(
        string tenant, string? format, string? status, string? search, int limit, int offset, CancellationToken ct) =>
        store.Snapshots.List<Dataset>(
            tenant,
            """
            not (snapshot->>'deleted')::bool
            and ($3 = '' or snapshot->'upload'->>'format' = $3) and ($4 = '' or snapshot->>'status' = $4)
            and ($5 = '' or strpos(lower(snapshot->'upload'->>'name'), lower($5)) > 0)
            """,
            [format ?? string.Empty, status ?? string.Empty, search ?? string.Empty], limit, offset, ct);

    /// <summary>A line of a list.</summary>
    public static DatasetItem Item(Dataset dataset, Surface surface)
    {
        var upload = dataset.Uploaded;
        var cells = upload.RowCount * upload.Columns.Count;
        return Fill(dataset, surface, new DatasetItem
        {
            Statistics = new DatasetCounts(
                upload.Columns.Count(column => column.Type is ColumnType.Float64 or ColumnType.Int64),
                upload.Columns.Count(column => column.Type == ColumnType.Text),
                cells == 0 ? 0 : upload.Profile.Columns.Sum(column => column.NullCount) / (double)cells,
                upload.Profile.DuplicateRows),
        });
    }

    /// <summary>Everything that is known of a data set.</summary>
    public static DatasetDetail Detail(Dataset dataset, Surface surface)
    {
        var upload = dataset.Uploaded;
        var features = dataset.FeatureNames.Select(name => upload.Profile.Columns.First(column => column.Name == name)).ToArray();
        return Fill(dataset, surface, new DatasetDetail
        {
            FeatureNames = dataset.FeatureNames,
            LabelColumn = upload.LabelColumn,
            Sha256 = upload.Sha256,
            Failure = dataset.Failure,
            Statistics = new FeatureStatistics(
                [.. features.Select(column => column.Statistics?.Mean)], [.. features.Select(column => column.Statistics?.Std)],
                [.. features.Select(column => column.Statistics?.Min)], [.. features.Select(column => column.Statistics?.Max)]),
            Columns = [.. upload.Profile.Columns.Select(column => new ColumnDetail(
                column.Name, TypeName(column.Type), column.NullCount, column.UniqueCount, column.Statistics))],
            QualityMetrics = new QualityMetrics(upload.Profile.Quality.Completeness, upload.Profile.Quality.Consistency, upload.Profile.Quality.Validity),
            QualityReport = new QualitySummary(upload.Profile.Quality.OverallScore, upload.Profile.Quality.Issues),
        });
    }

    private static T Fill<T>(Dataset dataset, Surface surface, T head)
        where T : DatasetHead
    {
        var upload = dataset.Uploaded;
        return head with
        {
            Id = dataset.Id,
            DatasetId = dataset.Id,
            Name = upload.Name,
            Description = upload.Description,
            Format = upload.Format,
            SizeBytes = upload.SizeBytes,
            RowCount = upload.RowCount,
            ColumnCount = upload.Columns.Count,
            Size = upload.RowCount,
            Features = dataset.FeatureNames.Count,
            Status = surface.DatasetStatus(dataset.Status),
            CreatedAt = upload.UploadedAt,
            UpdatedAt = dataset.UpdatedAt,
        };
    }

    private static string TypeName(ColumnType type) => type switch
    {
        ColumnType.Float64 => "float64",
        ColumnType.Int64 => "int64",
        ColumnType.Boolean => "bool",
        ColumnType.Timestamp => "timestamp",
        _ => "string",
    };
}
