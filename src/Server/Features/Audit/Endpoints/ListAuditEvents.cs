using System.Buffers;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Ledger.Database;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Audit.Endpoints;

/// <summary>
/// The log: a page of it as JSON, or all that matches as NDJSON, one export line for each event, streamed in constant memory. An auditor
/// sees its own tenant; one of the server's may see all, or one by <c>tenant</c>.
/// </summary>
internal sealed class ListAuditEvents(HighWaterMark mark, RecordedEventReader reader)
    : Endpoint<ListAuditEvents.Request, ListAuditEvents.Response>
{
    private const int FlushAt = 1 << 16;

    public sealed record Request
    {
        [QueryParam]
        public DateTimeOffset? StartTime { get; init; }

        [QueryParam]
        public DateTimeOffset? EndTime { get; init; }

        [QueryParam]
        public DateTimeOffset? From { get; init; }

        [QueryParam]
        public DateTimeOffset? To { get; init; }

        [QueryParam]
        public string? Stream { get; init; }

        [QueryParam]
        public string? StreamId { get; init; }

        [QueryParam]
        public string? Type { get; init; }

        [QueryParam]
        public string? Types { get; init; }

        [QueryParam]
        public string? Actor { get; init; }

        [QueryParam]
        public string? CorrelationId { get; init; }

        [QueryParam]
        public string? Tenant { get; init; }

        [QueryParam, Range(0, int.MaxValue)]
        public long AfterSeq { get; init; }

        [QueryParam, Range(1, int.MaxValue)]
        public long FromSeq { get; init; } = 1;

        [QueryParam, Range(1, int.MaxValue)]
        public long ToSeq { get; init; } = long.MaxValue;

        [QueryParam, Range(1, 1000)]
        public int Limit { get; init; } = 100;

        [QueryParam]
        public string? Order { get; init; }
    }

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator() => RuleFor(r => r.Order).OneOf(["asc", "desc"]);
    }

    public sealed record Position(int Limit, bool HasNext, long NextAfterSeq, long Head);

    public new sealed record Response(IReadOnlyList<JsonElement> Events, Position Pagination);

    public override void Configure()
    {
        Get("/api/v1/audit/events");
        this.Needs(Access.Audit);
        this.Streams("application/json", "application/x-ndjson");
        Summary(s =>
        {
            s.Summary = "The log, by pages or as one export";
            s.Params["start_time"] = "The beginning of the time range.";
            s.Params["end_time"] = "The end of the time range.";
            s.Params["from"] = "The same as `start_time`.";
            s.Params["to"] = "The same as `end_time`.";
            s.Params["stream"] = "Only those of a stream.";
            s.Params["stream_id"] = "The same as `stream`.";
            s.Params["type"] = "Only those of some types, separated by commas.";
            s.Params["types"] = "The same as `type`.";
            s.Params["actor"] = "Only those that somebody caused.";
            s.Params["correlation_id"] = "Only those of a request.";
            s.Params["tenant"] = "Those of another tenant, or `*`; for administrators of the server.";
            s.Params["after_seq"] = "Only those after a sequence number.";
            s.Params["from_seq"] = "Only those from a sequence number on.";
            s.Params["to_seq"] = "Only those up to a sequence number.";
            s.Params["limit"] = "How many to a page: 100 unless told, at most 1000.";
            s.Params["order"] = "The order of a page.";
        });
    }

    public override async Task HandleAsync(Request request, CancellationToken ct)
    {
        var (http, limit) = (HttpContext, request.Limit);
        var filter = Filter(request, http.Principal());
        if (http.Request.Headers.Accept.ToString().Contains("ndjson", StringComparison.OrdinalIgnoreCase))
        {
            await Export(http, filter);
            return;
        }

        var events = await reader.Page(filter, limit + 1, http.RequestAborted, request.Order == "desc");
        var page = events.Take(limit).ToArray();
        await Send.OkAsync(
            new Response([.. page.Select(Line)],
                new Position(limit, events.Count > limit, page.Length > 0 ? page[^1].Sequence : filter.After, mark.Sequence)), ct);
    }

    /// <summary>An event as its export line says it.</summary>
    public static JsonElement Line(RecordedEvent recorded) => JsonSerializer.Deserialize<JsonElement>(ExportLine.Bytes(recorded));

    private async Task Export(HttpContext http, EventFilter filter)
    {
        http.Response.ContentType = "application/x-ndjson";
        http.Response.Headers.ContentDisposition = "attachment; filename=\"events.ndjson\"";
        var buffer = new ArrayBufferWriter<byte>(FlushAt * 2);
        await foreach (var recorded in reader.All(filter, http.RequestAborted))
        {
            ExportLine.Write(buffer, recorded);
            buffer.Write("\n"u8);
            if (buffer.WrittenCount >= FlushAt)
            {
                await http.Response.Body.WriteAsync(buffer.WrittenMemory, http.RequestAborted);
                buffer.ResetWrittenCount();
            }
        }

        await http.Response.Body.WriteAsync(buffer.WrittenMemory, http.RequestAborted);
    }

    private static EventFilter Filter(Request request, Principal principal) => new()
    {
        Tenant = TenantFilter(request.Tenant, principal),
        After = Math.Max(request.AfterSeq, request.FromSeq - 1),
        Until = request.ToSeq,
        Stream = request.Stream ?? request.StreamId,
        Types = (request.Type ?? request.Types)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        Actor = request.Actor,
        CorrelationId = request.CorrelationId,
        From = request.From ?? request.StartTime,
        To = request.To ?? request.EndTime,
    };

    private static string? TenantFilter(string? wanted, Principal principal)
    {
        if (wanted is null || wanted == principal.Tenant)
        {
            return principal.Tenant;
        }

        principal.RequireSystemAdministrator();
        return wanted == "*" ? null : wanted;
    }
}
