using EventSourcedAnomaly.Server.Domain;
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
        var user = await users.Find(Tenant, subject, ct);
        if (user is not null)
        {
            await service.Delete(Tenant, subject, ct);
        }

        var had = await keys.Erase(Tenant, subject, ct);
        if (user is null && !had && State.Erasures == 0)
        {
            throw Problem.NotFound("subject", subject);
        }

        await Raise(_ => [new SubjectErased(subject, had, time.GetUtcNow())], ct);
        return had;
    }
}
