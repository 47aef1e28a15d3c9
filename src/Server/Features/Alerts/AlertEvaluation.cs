using System.Security.Cryptography;
using System.Text;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;

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
internal sealed class AlertEvaluation(IGrainFactory grains, AlertWatches watches, AlertQueries queries, TimeProvider time)
{
    /// <summary>The subject of rules on the machine.</summary>
    public const string System = "system";

    /// <summary>Takes a measurement in.</summary>
    public async Task Observe(string tenant, AlertRule rule, Measurement measured, CancellationToken ct)
    {
        var (before, seen) = await watches.Load(tenant, rule.Id!, measured.Subject, ct);
        if (measured.Sequence > 0 && measured.Sequence <= seen)
        {
            return;
        }

        var after = before.Observe(rule.Defined, measured.Value, measured.At);
        if (after.IsDue)
        {
            after = after.With(await Raise(tenant, rule, measured, after.TrueSince ?? measured.At, ct));
        }

        if (after.Over is { } over)
        {
            await grains.Of<IAlertGrain>(tenant, over).Resolve(Alert.ConditionCleared, ct);
        }

        if (measured.Sequence > 0
            || (after.TrueSince, after.FalseSince, after.AlertId) != (before.TrueSince, before.FalseSince, before.AlertId))
        {
            await watches.Save(tenant, rule.Id!, measured.Subject, after, measured.Sequence, ct);
        }
    }

    /// <summary>Ends every alert of a rule, and forgets what it has seen.</summary>
    public async Task Withdraw(string tenant, string ruleId, string reason, CancellationToken ct)
    {
        await watches.Forget(tenant, ruleId, ct);
        foreach (var open in await queries.Open(tenant, ruleId, null, ct))
        {
            await grains.Of<IAlertGrain>(tenant, open.Triggered.Id).Resolve(reason, ct);
        }
    }

    private async Task<string> Raise(string tenant, AlertRule rule, Measurement measured, DateTimeOffset since, CancellationToken ct)
    {
        if (await queries.Open(tenant, rule.Id!, measured.Subject, ct) is [var open, ..])
        {
            return open.Triggered.Id;
        }

        var id = IdOf(tenant, rule.Id!, measured);
        var triggered = new AlertTriggered(
            id, rule.Id!, rule.Defined, measured.Subject, measured.Value, SystemMetrics.Describe(rule.Defined, measured.Subject),
            since, time.GetUtcNow());
        await grains.Of<IAlertGrain>(tenant, id).Raise(triggered, ct);
        return id;
    }

    private static string IdOf(string tenant, string ruleId, Measurement measured)
    {
        var occasion = measured.Sequence > 0 ? measured.Sequence : measured.At.UtcTicks;
        var named = Encoding.UTF8.GetBytes($"{tenant}\n{ruleId}\n{measured.Subject}\n{occasion}");
        return $"alert_{Convert.ToHexStringLower(SHA256.HashData(named))[..32]}";
    }
}
