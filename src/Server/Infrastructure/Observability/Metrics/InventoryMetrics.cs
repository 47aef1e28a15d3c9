using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Infrastructure.Observability.Metrics;

/// <summary>What a tenant has now, deleted things apart.</summary>
/// <param name="Detectors">Its detectors.</param>
/// <param name="ActiveDetectors">Those with a model in service.</param>
/// <param name="TrainingDetectors">Those in training.</param>
/// <param name="Datasets">Its data sets.</param>
/// <param name="Accuracy">The mean accuracy of the models in service, where labels tell; null where none do.</param>
internal sealed record Inventory(long Detectors, long ActiveDetectors, long TrainingDetectors, long Datasets, double? Accuracy);

/// <summary>Counts what a tenant has, from the state of its streams.</summary>
internal sealed class InventoryMetrics(TenantReads reads)
{
    private const string Query = """
        select count(*),
               count(*) filter (where jsonb_array_length(data->'models') > 0),
               count(*) filter (where data->>'status' = 'training'),
               (select count(*) from mt_doc_dataset where tenant_id = $1 and not (data->>'deleted')::bool),
               avg((data #>> '{models,-1,metrics,accuracy}')::double precision)
          from mt_doc_detector
         where tenant_id = $1 and not (data->>'deleted')::bool
        """;

    /// <summary>The counts of a tenant.</summary>
    public async Task<Inventory> Of(string tenant, CancellationToken ct)
    {
        await using var command = reads.CreateCommand(tenant, Query);
        command.Parameters.Add(new() { Value = tenant });
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new Inventory(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.IsDBNull(4)
            ? null : reader.GetDouble(4));
    }
}
