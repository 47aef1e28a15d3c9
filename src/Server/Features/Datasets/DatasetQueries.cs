using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Marten;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary>Finds data sets, and puts them as the Platform and Reference contracts show them.</summary>
internal sealed class DatasetQueries(AggregateStore aggregates, DatasetRows rows)
{
    /// <summary>A data set of a tenant, deleted ones apart.</summary>
    public async Task<Dataset> Get(string tenant, string id, CancellationToken ct)
    {
        var state = await aggregates.Load<Dataset>(tenant, id, ct);
        return state.Version > 0 && !state.Deleted ? state : throw Problem.NotFound("dataset", id);
    }

    /// <summary>The newest of a tenant's data sets with a name, or null.</summary>
    public async Task<Dataset?> Named(string tenant, string name, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        return await session.Query<Dataset>().Where(dataset => !dataset.Deleted && dataset.Upload!.Name == name)
            .OrderByDescending(dataset => dataset.StreamId).FirstOrDefaultAsync(ct);
    }

    /// <summary>A page of a tenant's data sets, newest first.</summary>
    public async Task<(IReadOnlyList<Dataset> States, long Total)> List(
        string tenant, string? format, string? status, string? search, int limit, int offset, CancellationToken ct)
    {
        await using var session = aggregates.Query(tenant);
        var datasets = session.Query<Dataset>().Where(dataset => !dataset.Deleted);
        datasets = format is null ? datasets : datasets.Where(dataset => dataset.Upload!.Format == format);
        datasets = status is null ? datasets : datasets.Where(dataset => dataset.Status == status);
        datasets = search is null
            ? datasets : datasets.Where(dataset => dataset.Upload!.Name.Contains(search, StringComparison.OrdinalIgnoreCase));
        return await datasets.NewestFirst(limit, offset, ct);
    }

    /// <summary>A line of a list.</summary>
    public static DatasetItem Item(Dataset dataset, ApiContract contract) => Fill(dataset, contract, new DatasetItem
    {
        Statistics = new DatasetCounts(
            dataset.Uploaded.Columns.Numerical, dataset.Uploaded.Columns.Categorical, dataset.Uploaded.MissingValues,
            dataset.Uploaded.DuplicateRows),
    });

    /// <summary>Everything that is known of a data set.</summary>
    public async Task<DatasetDetail> Detail(string tenant, Dataset dataset, ApiContract contract, CancellationToken ct)
    {
        var upload = dataset.Uploaded;
        var manifest = await rows.Manifest(tenant, upload, ct);
        var (profile, quality) = (manifest.Profile, manifest.Profile.Quality);
        var names = manifest.FeatureNames(upload.LabelColumn);
        var features = names.Select(name => profile.Columns[manifest.IndexOf(name)].Statistics).ToArray();
        return Fill(dataset, contract, new DatasetDetail
        {
            FeatureNames = names,
            LabelColumn = upload.LabelColumn,
            Sha256 = upload.Sha256,
            Failure = dataset.Failure,
            Statistics = new FeatureStatistics(
                [.. features.Select(column => column?.Mean)], [.. features.Select(column => column?.Std)],
                [.. features.Select(column => column?.Min)], [.. features.Select(column => column?.Max)]),
            Columns = [.. profile.Columns.Select(column => new ColumnDetail(
                column.Name, TypeName(column.Type), column.NullCount, column.UniqueCount, column.Statistics,
                column.MissingMarkers, column.NumberNotation))],
            QualityMetrics = new QualityMetrics(quality.Completeness, quality.Consistency, quality.Validity),
            QualityReport = new QualitySummary(quality.OverallScore, quality.Issues),
        });
    }

    /// <summary>What every answer about a data set says.</summary>
    public static T Fill<T>(Dataset dataset, ApiContract contract, T head)
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
            ColumnCount = upload.Columns.Total,
            Size = upload.RowCount,
            Features = upload.Columns.Features,
            Status = contract.DatasetStatus(dataset.Status),
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
