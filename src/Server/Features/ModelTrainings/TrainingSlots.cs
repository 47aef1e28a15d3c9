using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using Npgsql;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings;

/// <summary>Holds callers to the number of trainings that their plan allows at once, on all silos together.</summary>
internal sealed class TrainingSlots(NpgsqlDataSource database)
{
    /// <summary>Asks for a training while nobody else of the same name can.</summary>
    /// <exception cref="Problem">As many are under way as the plan allows.</exception>
    public async Task<ModelTraining> Take(Principal principal, Func<Task<ModelTraining>> ask, CancellationToken ct)
    {
        if (RatePlan.Of(principal.Plan).MaxConcurrentTrainings is not { } most)
        {
            return await ask();
        }

        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var locking = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended($1, 0))", connection)
        {
            Parameters = { new() { Value = $"trainings {principal.Tenant}/{principal.Actor}" } },
        };
        await locking.ExecuteNonQueryAsync(ct);
        if (await UnderWay(connection, principal, ct) >= most)
        {
            throw new Problem(ProblemKind.RateLimited, $"Your plan allows {most} trainings at once; wait for one to end, or cancel one.")
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            };
        }

        // Committed before the lock is let go, so whoever comes next counts it.
        return await ask();
    }

    private static async Task<long> UnderWay(NpgsqlConnection connection, Principal principal, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select count(*) from mt_doc_modeltraining t
             where t.tenant_id = $1 and t.data->>'status' in ('started', 'training')
               and exists (select 1 from mt_events e where e.tenant_id = t.tenant_id and e.stream_id = t.id and e.version = 1
                   and e.user_name = $2)
            """,
            connection)
        {
            Parameters = { new() { Value = principal.Tenant }, new() { Value = principal.Actor } },
        };
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }
}
