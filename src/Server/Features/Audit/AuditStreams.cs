using System.Text.Json;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.ApiKeys;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Audit;

/// <summary><c>GET /api/v1/audit/streams/{stream_id}</c>: the state as it was at <c>version</c> or <c>as_of</c>, with the events that led there.</summary>
internal static class GetAuditStream
{
    public static async Task<IResult> Handle(HttpContext http, string streamId, EventStore store, StreamStates states)
    {
        http.Principal().Require(Role.Auditor);
        var stream = new StreamKey(http.Tenant(), streamId);
        var type = await states.TypeOf(stream, http.RequestAborted);
        var version = http.WholeOrNull("version", 1, long.MaxValue);
        var asOf = http.Time("as_of");
        if (version is not null && asOf is not null)
        {
            throw Problem.Invalid("as_of", "either version or as_of, not both");
        }

        var events = (await store.Events.Stream(stream, http.RequestAborted, untilVersion: version ?? long.MaxValue))
            .Where(recorded => asOf is null || recorded.Timestamp <= asOf)
            .ToArray();
        if (version > events.LastOrDefault()?.Version || events.Length == 0)
        {
            throw version is not null
                ? Problem.Invalid("version", $"at most {events.LastOrDefault()?.Version ?? 0}, the stream's version", version)
                : Problem.Invalid("as_of", "a time at or after the stream's first event", http.Text("as_of"));
        }

        return Reply.Ok(new Response(
            streamId, type, events[^1].Version, events[^1].Timestamp, await states.At(stream, type, events[^1].Version, http.RequestAborted),
            [.. events.Select(ListAuditEvents.Line)]));
    }

    public sealed record Response(string StreamId, string Type, long Version, DateTimeOffset AsOf, JsonElement State, IReadOnlyList<JsonElement> Events);
}

/// <summary><c>GET /api/v1/audit/streams/{stream_id}/diff?from=&amp;to=</c>: what changed between two versions, and by which events.</summary>
internal static class DiffAuditStream
{
    public static async Task<IResult> Handle(HttpContext http, string streamId, EventStore store, StreamStates states)
    {
        http.Principal().Require(Role.Auditor);
        var stream = new StreamKey(http.Tenant(), streamId);
        var events = await store.Events.Stream(stream, http.RequestAborted);
        if (events.Count == 0)
        {
            throw Problem.NotFound("stream", streamId);
        }

        var to = http.WholeOrNull("to", 0, events.Count) ?? events.Count;
        var from = http.WholeOrNull("from", 0, events.Count) ?? Math.Max(0, to - 1);
        if (from > to)
        {
            throw Problem.Invalid("from", $"at most {to}, the version to compare with", from);
        }

        var type = await states.TypeOf(stream, http.RequestAborted);
        var before = await states.At(stream, type, from, http.RequestAborted);
        var after = await states.At(stream, type, to, http.RequestAborted);
        return Reply.Ok(new Response(
            streamId, from, to, [.. Differences(before, after, string.Empty)],
            [.. events.Where(recorded => recorded.Version > from && recorded.Version <= to).Select(ListAuditEvents.Line)]));
    }

    public sealed record Response(string StreamId, long From, long To, IReadOnlyList<Change> Changes, IReadOnlyList<JsonElement> Events);

    /// <summary>The members that differ, by path; an array counts as one value.</summary>
    internal static IEnumerable<Change> Differences(JsonElement before, JsonElement after, string path)
    {
        if (before.ValueKind == JsonValueKind.Object && after.ValueKind == JsonValueKind.Object)
        {
            var names = before.EnumerateObject().Select(member => member.Name).Union(after.EnumerateObject().Select(member => member.Name));
            return names.SelectMany(name => Differences(
                before.TryGetProperty(name, out var old) ? old : default, after.TryGetProperty(name, out var current) ? current : default,
                path.Length == 0 ? name : $"{path}.{name}"));
        }

        var same = before.ValueKind == after.ValueKind && (before.ValueKind == JsonValueKind.Undefined || JsonElement.DeepEquals(before, after));
        return same ? [] : [new Change(path, Shown(before), Shown(after))];

        static JsonElement? Shown(JsonElement element) => element.ValueKind == JsonValueKind.Undefined ? null : element;
    }

    /// <summary>One member that differs; null where it is absent.</summary>
    public sealed record Change(string Path, JsonElement? Before, JsonElement? After);
}
