using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Ledger.Database;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Audit.Endpoints;

/// <summary>An event that an auditor may see.</summary>
internal static class AuditedEvent
{
    /// <summary>One of the tenant's events; any for an administrator of the server.</summary>
    public static async Task<RecordedEvent> Find(HttpContext http, long sequence, RecordedEventReader reader)
    {
        var principal = http.Principal();
        var filter = new EventFilter
        {
            After = sequence - 1, Until = sequence,
            Tenant = principal.IsSystemAdministrator ? null : principal.Tenant
        };
        return (await reader.Page(filter, 1, http.RequestAborted)) is [var found]
            ? found
            : throw Problem.NotFound("event", $"{sequence}");
    }
}
