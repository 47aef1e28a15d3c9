using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Ledger.Database;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.Audit.Endpoints;

/// <summary>Shows a stream's state as it was at a version or a time, with the events that led there.</summary>
internal sealed class GetAuditStream(RecordedEventReader reader, StreamStates states)
    : Endpoint<GetAuditStream.Request, GetAuditStream.Response>
{
    public sealed record Request
    {
        [RouteParam]
        public string StreamId { get; init; } = string.Empty;

        [QueryParam, Range(1, int.MaxValue)]
        public long? Version { get; init; }

        [QueryParam]
        public DateTimeOffset? AsOf { get; init; }
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator() =>
            RuleFor(r => r.AsOf).Null().When(r => r.Version is not null).Expecting("either version or as_of, not both");
    }

    public new sealed record Response(string StreamId, string Type, long Version, DateTimeOffset AsOf, JsonElement State,
        IReadOnlyList<JsonElement> Events);

    public override void Configure()
    {
        Get("/api/v1/audit/streams/{stream_id}");
        this.Needs(Access.Audit);
        Summary(s =>
        {
            s.Summary = "A stream's state as it was, with the events that led there";
            s.Params["version"] = "After so many events.";
            s.Params["as_of"] = "At a time.";
        });
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var (http, streamId, version, asOf) = (HttpContext, request.StreamId, request.Version, request.AsOf);
        var stream = new StreamKey(http.Tenant(), streamId);
        var type = await states.TypeOf(stream, http.RequestAborted);
        var events = (await reader.Stream(stream, http.RequestAborted, untilVersion: version ?? long.MaxValue))
            .Where(recorded => asOf is null || recorded.Timestamp <= asOf)
            .ToArray();
        if (version > events.LastOrDefault()?.Version || events.Length == 0)
        {
            throw version is not null
                ? Problem.Invalid("version", $"at most {events.LastOrDefault()?.Version ?? 0}, the stream's version", version)
                : Problem.Invalid("as_of", "a time at or after the stream's first event", http.Text("as_of"));
        }

        return new Response(
            streamId, type.StreamType, events[^1].Version, events[^1].Timestamp,
            await states.At(stream, type, events[^1].Version, http.RequestAborted),
            [.. events.Select(ListAuditEvents.Line)]);
    }
}
