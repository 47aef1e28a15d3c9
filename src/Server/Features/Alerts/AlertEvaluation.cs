using System.Security.Cryptography;
using System.Text;
using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.Server.Features.Alerts;

/// <summary>What was measured, and where.</summary>
/// <param name="Subject">The training session, or <c>system</c>.</param>
/// <param name="Value">The value.</param>
/// <param name="At">When it was measured.</param>
/// <param name="Sequence">The event that says so, by which it is recognised when it comes again; 0 where no event does.</param>
internal sealed record Measurement(string Subject, double Value, DateTimeOffset At, long Sequence);

/// <summary>
/// Holds measurements to rules. For each rule and subject it is called by one silo at a time, in order. What it does twice after a
/// crash has the same effect as once: the alert's id follows from the measurement, and an alert that is open is not raised again.
/// </summary>
internal sealed class AlertEvaluation(Silo silo, AlertWatches watches, AlertQueries queries, TimeProvider time)
{
    /// <summary>The subject of rules on the machine.</summary>
    public const string System = "system";

    /// <summary>Takes a measurement in.</summary>
    public async Task Observe(string tenant, AlertRule rule, Measurement measured, EventMetadata metadata, CancellationToken ct)
    {
        var (before, seen) = await watches.Load(tenant, rule.Id!, measured.Subject, ct);
        if (measured.Sequence > 0 && measured.Sequence <= seen)
        {
            return;
        }

        var after = before.Observe(rule.Known, measured.Value, measured.At);
        if (after.IsDue)
        {
            after = after.With(await Raise(tenant, rule, measured, after.TrueSince ?? measured.At, metadata, ct));
        }

        if (after.Over is { } over)
        {
            await silo.Grain<AlertGrain>(tenant, over).Call((grain, token) => grain.Resolve(Alert.ConditionCleared, metadata, token), ct);
        }

        if (measured.Sequence > 0 || (after.TrueSince, after.FalseSince, after.AlertId) != (before.TrueSince, before.FalseSince, before.AlertId))
        {
            await watches.Save(tenant, rule.Id!, measured.Subject, after, measured.Sequence, ct);
        }
    }

    /// <summary>Ends every alert of a rule, and forgets what it has seen.</summary>
    public async Task Withdraw(string tenant, string ruleId, string reason, EventMetadata metadata, CancellationToken ct)
    {
        await watches.Forget(tenant, ruleId, ct);
        foreach (var open in await queries.Open(tenant, ruleId, null, ct))
        {
            await silo.Grain<AlertGrain>(tenant, open.Known.Id).Call((grain, token) => grain.Resolve(reason, metadata, token), ct);
        }
    }

    private async Task<string> Raise(string tenant, AlertRule rule, Measurement measured, DateTimeOffset since, EventMetadata metadata, CancellationToken ct)
    {
        if (await queries.Open(tenant, rule.Id!, measured.Subject, ct) is [var open, ..])
        {
            return open.Known.Id;
        }

        var id = IdOf(tenant, rule.Id!, measured);
        var triggered = new AlertTriggered(
            id, rule.Id!, rule.Known, measured.Subject, measured.Value, SystemMetrics.Describe(rule.Known, measured.Subject), since, time.GetUtcNow());
        await silo.Grain<AlertGrain>(tenant, id).Call((grain, token) => grain.Raise(triggered, metadata, token), ct);
        return id;
    }

    private static string IdOf(string tenant, string ruleId, Measurement measured)
    {
        var occasion = measured.Sequence > 0 ? measured.Sequence : measured.At.UtcTicks;
        return $"alert_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant}\n{ruleId}\n{measured.Subject}\n{occasion}")))[..32]}";
    }
}
