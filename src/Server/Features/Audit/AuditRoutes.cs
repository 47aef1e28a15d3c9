using System.Text.Json;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Audit;

/// <summary>The capability's paths.</summary>
internal static class AuditRoutes
{
    public static void MapAudit(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/audit/events", ListAuditEvents.Handle)
            .Describes<ListAuditEvents.Response>("The log, by pages or as one export", contentTypes: ["application/json", "application/x-ndjson"]).QueryTimes()
            .Query("stream", "Only those of a stream.").Query("type", "Only those of some types, separated by commas.").Query("actor", "Only those that somebody caused.")
            .Query("correlation_id", "Only those of a request.").Query("tenant", "Those of another tenant, or `*`; for administrators of the server.")
            .Query("after_seq", "Only those after a sequence number.", RequestParameterType.Whole)
            .Query("from_seq", "Only those from a sequence number on.", RequestParameterType.Whole)
            .Query("to_seq", "Only those up to a sequence number.", RequestParameterType.Whole)
            .Query("limit", "How many to a page: 100 unless told, at most 1000.", RequestParameterType.Whole)
            .Query("order", "The order of a page.", RequestParameterType.Text, "asc", "desc").Needs(Access.Audit);
        routes.MapGet("/api/v1/audit/streams/{streamId}", GetAuditStream.Handle)
            .Describes<GetAuditStream.Response>("A stream's state as it was, with the events that led there")
            .Query("version", "After so many events.", RequestParameterType.Whole).Query("as_of", "At a time.", RequestParameterType.Time).Needs(Access.Audit);
        routes.MapGet("/api/v1/audit/streams/{streamId}/diff", DiffAuditStream.Handle)
            .Describes<DiffAuditStream.Response>("What changed between two versions of a stream")
            .Query("from", "The earlier version.", RequestParameterType.Whole).Query("to", "The later version.", RequestParameterType.Whole).Needs(Access.Audit);
        routes.MapPost("/api/v1/audit/results/{resultId}/replay", ReplayResult.Handle)
            .Describes<ReplayResult.Response>("Judge a result's rows again and compare to the bit").Needs(Access.Audit);
        routes.MapPost("/api/v1/audit/subjects/{id}/erase", EraseSubject.Handle)
            .Describes<EraseSubject.Response>("Erase a person's fields from every copy of the log").Needs(Access.Administer);
        routes.MapGet("/api/v1/audit/projections", ListProjections.Handle)
            .Describes<ListProjections.Response>("How far everything that follows the log has come").Needs(Access.Inspect);
        routes.MapPost("/api/v1/audit/projections/{name}/rebuild", RebuildProjection.Handle)
            .Describes<RebuildProjection.Response>("Make a projection anew, compare and swap", StatusCodes.Status202Accepted).Needs(Access.Administer);
        MapLedger(routes);
    }

    private static void MapLedger(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/audit/events/{sequence:long}/proof", ProveEvent.Handle)
            .Describes<string>("A proof that an event is in the ledger", contentTypes: "text/plain").Needs(Access.Audit);
        routes.MapGet("/api/v1/audit/events/{sequence:long}/entry", ProveEvent.Entry).Describes<JsonElement>("An event as the ledger holds it", enveloped: false).Needs(Access.Audit);
        routes.MapGet("/api/v1/audit/ledger/checkpoint", GetCheckpoint.Handle)
            .Describes<string>("The signed head of the ledger", contentTypes: "text/plain").Needs(Access.Audit);
        routes.MapGet("/api/v1/audit/ledger/key", GetCheckpoint.Key).Describes<string>("The key that verifies the ledger's heads", contentTypes: "text/plain").Needs(Access.Audit);
        routes.MapGet("/api/v1/audit/ledger/consistency", ProveConsistency.Handle)
            .Describes<ProveConsistency.Response>("A proof that the ledger only grew")
            .Query("from", "The smaller size.", RequestParameterType.Whole).Query("to", "The larger size; the present one unless told.", RequestParameterType.Whole).Needs(Access.Audit);
        routes.MapGet("/api/v1/audit/ledger/tile/entries/{**n}", GetTile.Entries)
            .Describes<string>("A tile of the ledger's entries", contentTypes: "application/octet-stream").Needs(Access.Audit);
        routes.MapGet("/api/v1/audit/ledger/tile/{level:int}/{**n}", GetTile.Hashes)
            .Describes<string>("A tile of the ledger's hashes", contentTypes: "application/octet-stream").Needs(Access.Audit);
    }
}
