using EventSourcedAnomaly.Server.Features.Users;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

namespace EventSourcedAnomaly.Server.Features.Audit;

/// <summary>One person.</summary>
internal sealed class SubjectGrain(AggregateStore aggregates, SubjectKeys keys, UserQueries users, UserService service, TimeProvider time)
    : EventSourcedGrain<Subject>(aggregates), ISubjectGrain
{
    /// <summary>
    /// Destroys the key, then records it: a crash between the two leaves an erasure that is recorded when it is asked for again.
    /// </summary>
    public async Task<bool> Erase(string subject, CancellationToken ct)
    {
        // Whoever is forgotten cannot be signed in.
        if (await users.Find(Tenant, subject, ct) is not null)
        {
            await service.Delete(Tenant, subject, ct);
        }

        var had = await keys.Erase(Tenant, subject, ct);
        await Raise(_ => [new SubjectErased(subject, had, time.GetUtcNow())], ct);
        return had;
    }
}
