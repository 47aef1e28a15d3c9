using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Ledger.Database;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Audit.Endpoints;

/// <summary>Shows what changed between two versions of a stream, and by which events.</summary>
internal sealed class DiffAuditStream(RecordedEventReader reader, StreamStates states)
    : Endpoint<DiffAuditStream.Request, DiffAuditStream.Response>
{
    public sealed record Request
    {
        [RouteParam]
        public string StreamId { get; init; } = string.Empty;

        [QueryParam, Range(0, int.MaxValue)]
        public long? From { get; init; }

        [QueryParam, Range(0, int.MaxValue)]
        public long? To { get; init; }
    }

    public new sealed record Response(string StreamId, long From, long To, IReadOnlyList<Change> Changes,
        IReadOnlyList<JsonElement> Events);

    /// <summary>One member that differs; null where it is absent.</summary>
    public sealed record Change(string Path, JsonElement? Before, JsonElement? After);

    public override void Configure()
    {
        Get("/api/v1/audit/streams/{stream_id}/diff");
        this.Needs(Access.Audit);
        Summary(s =>
        {
            s.Summary = "What changed between two versions of a stream";
            s.Params["from"] = "The earlier version.";
            s.Params["to"] = "The later version.";
        });
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, streamId) = (HttpContext, request.StreamId);
        var stream = new StreamKey(http.Tenant(), streamId);
        var events = await reader.Stream(stream, http.RequestAborted);
        if (events.Count == 0)
        {
            throw Problem.NotFound("stream", streamId);
        }

        var to = Within("to", request.To, events.Count) ?? events.Count;
        var from = Within("from", request.From, events.Count) ?? Math.Max(0, to - 1);
        if (from > to)
        {
            throw Problem.Invalid("from", $"at most {to}, the version to compare with", from);
        }

        var type = await states.TypeOf(stream, http.RequestAborted);
        var before = await states.At(stream, type, from, http.RequestAborted);
        var after = await states.At(stream, type, to, http.RequestAborted);
        return new Response(
            streamId, from, to, [.. Differences(before, after, string.Empty)],
            [.. events.Where(recorded => recorded.Version > from && recorded.Version <= to).Select(ListAuditEvents.Line)]);
    }

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

        var same = before.ValueKind == after.ValueKind
            && (before.ValueKind == JsonValueKind.Undefined || JsonElement.DeepEquals(before, after));
        return same ? [] : [new Change(path, Shown(before), Shown(after))];

        static JsonElement? Shown(JsonElement element) => element.ValueKind == JsonValueKind.Undefined ? null : element;
    }

    private static long? Within(string name, long? given, long max) =>
        given is null || given <= max ? given : throw Problem.Invalid(name, $"a whole number from 0 to {max}", given);
}
