using global::Marten;
using Npgsql;

namespace EventSourcedAnomaly.Server.Infrastructure.Marten;

/// <summary>How far a projection or subscription has come.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sequence">The last sequence number it has dealt with.</param>
/// <param name="Updated">When it last moved.</param>
internal sealed record Progression(string Name, long Sequence, DateTimeOffset Updated);

/// <summary>Reads Marten's progressions, whichever silo moves them.</summary>
internal sealed class Progressions(NpgsqlDataSource database, IDocumentStore store)
{
    /// <summary>The names of every projection and subscription.</summary>
    public IReadOnlyList<string> Names =>
        [.. ((DocumentStore)store).Options.Projections.AllShards().Select(shard => shard.Name.Name).Distinct()];

    /// <summary>That of every projection and subscription that has moved.</summary>
    public async Task<IReadOnlyList<Progression>> All(CancellationToken ct)
    {
        await using var command = database.CreateCommand(
            "select split_part(name, ':', 1), last_seq_id, last_updated from mt_event_progression where name like '%:All' order by name");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var all = new List<Progression>();
        while (await reader.ReadAsync(ct))
        {
            all.Add(new Progression(reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<DateTimeOffset>(2)));
        }

        return all;
    }
}
