using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Erasure;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Features.Users;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Audit;

/// <summary>The key to a person's fields was destroyed.</summary>
public sealed record SubjectErased(string Subject, bool HadKey, DateTimeOffset ErasedAt) : IEvent;

/// <summary>A person about whom the log holds personal fields.</summary>
public sealed record Subject(int Erasures, DateTimeOffset? LastErased) : IAggregate<Subject>
{
    /// <inheritdoc/>
    public static string StreamType => "subject";

    /// <inheritdoc/>
    public static Subject Initial { get; } = new(0, null);

    public Subject Apply(SubjectErased e) => new(Erasures + 1, e.ErasedAt);
}

/// <summary>One person.</summary>
internal sealed class SubjectGrain(SubjectKeys keys, UserQueries users, UserService service, TimeProvider time) : Grain<Subject>
{
    /// <summary>Destroys the key, then records it: a crash between the two leaves an erasure that is recorded when it is asked for again.</summary>
    public async ValueTask<bool> Erase(string subject, EventMetadata metadata, CancellationToken ct)
    {
        // Whoever is forgotten cannot be signed in.
        if (await users.Find(Id.Tenant, subject, ct) is not null)
        {
            await service.Delete(Id.Tenant, subject, metadata, ct);
        }

        var had = await keys.Erase(Id.Tenant, subject, ct);
        await Raise(metadata, _ => [new SubjectErased(subject, had, time.GetUtcNow())], ct);
        return had;
    }
}

/// <summary><c>POST /api/v1/audit/subjects/{id}/erase</c>: no copy of the log yields the person's fields from now on; every proof still holds.</summary>
internal static class EraseSubject
{
    public static async Task<IResult> Handle(HttpContext http, string id, Silo silo)
    {
        http.Principal().Require();
        var had = await silo.Grain<SubjectGrain>(http.Tenant(), $"subject_{id}").Call((grain, ct) => grain.Erase(id, http.EventMetadata(), ct), http.RequestAborted);
        return Reply.Ok(new Response(id, true, had), "Subject erased");
    }

    public sealed record Response(string SubjectId, bool Erased, bool HadPersonalFields);
}
