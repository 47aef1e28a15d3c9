using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.TrainingSessions;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.Alerts.Endpoints;

/// <summary>What the fields of an alert rule may be; absent ones are not looked at.</summary>
internal static class AlertRuleFields
{
    private const int MaxNameLength = 200, MaxMetricLength = 100;
    private const double MaxSeconds = 7 * 86_400;

    public static void RuleName<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(name => name is null
            || (name.Length is > 0 and <= MaxNameLength && !string.IsNullOrWhiteSpace(name) && !name.Any(char.IsControl)))
        .Expecting($"1 to {MaxNameLength} characters");

    public static void Metric<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(name => name is null || (name.Length is > 0 and <= MaxMetricLength && !name.Any(char.IsControl)))
        .Expecting($"one of {string.Join(", ", SystemMetrics.Names)}, or a metric that training sessions report, of 1 to "
            + $"{MaxMetricLength} characters");

    public static void Threshold<T>(this IRuleBuilder<T, double?> rule) =>
        rule.Must(number => number is null || double.IsFinite(number.Value)).Expecting("a finite number");

    public static void Seconds<T>(this IRuleBuilder<T, double?> rule) =>
        rule.Must(seconds => seconds is null or (>= 0 and <= MaxSeconds))
            .Expecting($"a number of seconds from 0 to {MaxSeconds}", showing: true);

    /// <summary>Refuses a training session that does not exist.</summary>
    public static async Task RequireSession(TrainingSessionQueries sessions, string tenant, string? id, CancellationToken ct)
    {
        if (id is null)
        {
            return;
        }

        try
        {
            await sessions.Get(tenant, id, ct);
        }
        catch (Problem unknown) when (unknown.Kind == ProblemKind.NotFound)
        {
            throw Problem.Invalid("session_id", "the id of an existing training session", id);
        }
    }
}
