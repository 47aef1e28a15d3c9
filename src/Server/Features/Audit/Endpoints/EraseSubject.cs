using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Audit.Endpoints;

/// <summary>Erases a person: no copy of the log yields the person's fields from now on; every proof still holds.</summary>
internal sealed class EraseSubject(IGrainFactory grains) : Endpoint<EraseSubject.Request, EraseSubject.Response>
{
    public sealed record Request
    {
        [RouteParam]
        public string Id { get; init; } = string.Empty;
    }

    public new sealed record Response(string SubjectId, bool Erased, bool HadPersonalFields);

    public override void Configure()
    {
        Post("/api/v1/audit/subjects/{id}/erase");
        this.Needs(Access.Administer);
        this.Answers("Subject erased");
        Summary(s => s.Summary = "Erase a person's fields from every copy of the log");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, id) = (HttpContext, ResourceId.Canonical("user", request.Id));
        var had = await grains.Of<ISubjectGrain>(http.Tenant(), $"subject_{id}").Erase(id, http.RequestAborted);
        return new Response(id, true, had);
    }
}
