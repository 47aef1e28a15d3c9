using System.Buffers;
using System.Text.Json;
using EventSourcedAnomaly.EventLog;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.EventLog.Reading;
using EventSourcedAnomaly.Server.Features.ApiKeys;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Audit;

/// <summary>
/// <c>GET /api/v1/audit/events</c>: a page of the log as JSON, or all that matches as NDJSON, one export line for each event,
/// streamed in constant memory. An auditor sees its own tenant; one of the server's may see all, or one by <c>tenant</c>.
/// </summary>
internal static class ListAuditEvents
{
    private const int FlushAt = 1 << 16;

    public static async Task Handle(HttpContext http, EventStore store)
    {
        http.Principal().Require(Role.Auditor);
        var filter = Filter(http);
        if (http.Request.Headers.Accept.ToString().Contains("ndjson", StringComparison.OrdinalIgnoreCase))
        {
            await Export(http, store, filter);
            return;
        }

        var limit = http.Whole("limit", 100, 1, 1000);
        var events = await store.Events.Page(filter, limit + 1, http.RequestAborted, http.Text("order") == "desc");
        var page = events.Take(limit).ToArray();
        await Reply.Ok(new Response(
            [.. page.Select(Line)], new Position(limit, events.Count > limit, page.Length > 0 ? page[^1].Sequence : filter.After, store.Head.Sequence))).ExecuteAsync(http);
    }

    public sealed record Position(int Limit, bool HasNext, long NextAfterSeq, long Head);

    public sealed record Response(IReadOnlyList<JsonElement> Events, Position Pagination);

    /// <summary>An event as its export line says it.</summary>
    public static JsonElement Line(RecordedEvent recorded) => JsonSerializer.Deserialize<JsonElement>(ExportLine.Bytes(recorded));

    private static async Task Export(HttpContext http, EventStore store, EventFilter filter)
    {
        http.Response.ContentType = "application/x-ndjson";
        http.Response.Headers.ContentDisposition = "attachment; filename=\"events.ndjson\"";
        var buffer = new ArrayBufferWriter<byte>(FlushAt * 2);
        await foreach (var recorded in store.Events.All(filter, http.RequestAborted))
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

    private static EventFilter Filter(HttpContext http) => new()
    {
        Tenant = TenantFilter(http),
        After = Math.Max(http.WholeOrNull("after_seq", 0, long.MaxValue) ?? 0, (http.WholeOrNull("from_seq", 1, long.MaxValue) ?? 1) - 1),
        Until = http.WholeOrNull("to_seq", 1, long.MaxValue) ?? long.MaxValue,
        Stream = http.Text("stream") ?? http.Text("stream_id"),
        Types = (http.Text("type") ?? http.Text("types"))?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        Actor = http.Text("actor"),
        CorrelationId = http.Text("correlation_id"),
        From = http.Time("from") ?? http.Time("start_time"),
        To = http.Time("to") ?? http.Time("end_time"),
    };

    private static string? TenantFilter(HttpContext http)
    {
        var principal = http.Principal();
        var wanted = http.Text("tenant");
        if (wanted is null || wanted == principal.Tenant)
        {
            return principal.Tenant;
        }

        principal.RequireSystemAdministrator();
        return wanted == "*" ? null : wanted;
    }
}
