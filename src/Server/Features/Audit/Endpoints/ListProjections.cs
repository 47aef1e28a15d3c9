using System.Text.Json.Serialization;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using Wolverine.Persistence.Durability;
using Wolverine.Persistence.Durability.DeadLetterManagement;

namespace EventSourcedAnomaly.Server.Features.Audit.Endpoints;

/// <summary>
/// Shows how far everything that follows the log has come, the last rebuild of each projection, and the messages that could not be
/// handled.
/// </summary>
internal sealed class ListProjections(Progressions progressions, HighWaterMark mark, ProjectionRebuild rebuild, IMessageStore messages)
    : EndpointWithoutRequest<ListProjections.Response>
{
    private const int MaxDeadLetters = 1000;

    public sealed record Item(
        string Name, string Kind, long Position, long Lag, DateTimeOffset? Updated, bool Rebuildable, RebuildStatus? LastRebuild);

    /// <summary>A message that could not be handled.</summary>
    public sealed record DeadLetter(
        Guid Id, string? MessageType, string? Queue, DateTimeOffset? SentAt, string? ExceptionType, string? Error, bool Replayable);

    public new sealed record Response(
        [property: JsonPropertyName("head")] long HighWaterMark, IReadOnlyList<Item> Projections, IReadOnlyList<DeadLetter> DeadLetters);

    public override void Configure()
    {
        Get("/api/v1/audit/projections");
        this.Needs(Access.InspectServer);
        Summary(s => s.Summary = "How far everything that follows the log has come");
    }

    public override async Task<Response> ExecuteAsync(CancellationToken ct)
    {
        var positions = (await progressions.All(ct)).ToDictionary(each => each.Name);
        var rebuilds = (await rebuild.Last(ct)).ToDictionary(each => each.Projection);
        var dead = await messages.DeadLetters.QueryAsync(new DeadLetterEnvelopeQuery { PageSize = MaxDeadLetters }, ct);
        return new Response(
            mark.Sequence,
            [.. positions.Keys.Union(rebuild.Names).Order(StringComparer.Ordinal)
                .Select(name => Describe(name, positions.GetValueOrDefault(name), rebuilds))],
            [.. dead.Envelopes.Select(letter => new DeadLetter(
                letter.Id, letter.MessageType, letter.ReceivedAt, letter.SentAt, letter.ExceptionType, letter.ExceptionMessage,
                letter.Replayable))]);
    }

    private Item Describe(string name, Progression? progression, IReadOnlyDictionary<string, RebuildStatus> rebuilds)
    {
        var (rebuildable, position) = (rebuild.Names.Contains(name), progression?.Sequence ?? 0);
        return new Item(
            name, rebuildable ? "projection" : "subscription", position, Math.Max(0, mark.Sequence - position), progression?.Updated,
            rebuildable, rebuilds.GetValueOrDefault(name));
    }
}
