using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using Wolverine.Persistence.Durability;
using Wolverine.Persistence.Durability.DeadLetterManagement;

namespace EventSourcedAnomaly.Server.Features.Audit.Endpoints;

/// <summary>Has a message that could not be handled tried again.</summary>
internal sealed class ReplayDeadLetter(IMessageStore messages) : Endpoint<ReplayDeadLetter.Request, ReplayDeadLetter.Response>
{
    public sealed record Request
    {
        [RouteParam]
        public Guid Id { get; init; }
    }

    public new sealed record Response(Guid Id, string Status);

    public override void Configure()
    {
        Post("/api/v1/audit/dead-letters/{id:guid}/replay");
        this.Needs(Access.AdministerServer);
        this.Answers(StatusCodes.Status202Accepted, "Replay requested");
        Summary(s => s.Summary = "Have a message that could not be handled tried again");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var id = request.Id;
        if (await messages.DeadLetters.DeadLetterEnvelopeByIdAsync(id) is null)
        {
            throw Problem.NotFound("dead letter", id.ToString());
        }

        await messages.DeadLetters.ReplayAsync(new DeadLetterEnvelopeQuery([id]), ct);
        HttpContext.Locate("/api/v1/audit/projections");
        return new Response(id, "queued");
    }
}
