using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Alerts;
using EventSourcedAnomaly.Server.Infrastructure.Marten;
using EventSourcedAnomaly.Server.Infrastructure.Observability.Resources;

namespace EventSourcedAnomaly.Server.Tests.Alerts;

/// <summary>When there is an alert and when it is over, decided on nothing but what was measured when.</summary>
public sealed class AlertDecisionTests
{
    private static readonly DateTimeOffset Noon = new(2025, 12, 19, 12, 0, 0, TimeSpan.Zero);
    private static readonly AlertTerms HighCpu =
        new("high_cpu_usage", "cpu_percent", true, null, AlertCondition.GreaterThan, 90, 30, 60, AlertSeverity.High, true);
    private static readonly AlertTermsChange Unchanged = new(null, null, null, null, null, null, null, null, null);
    private static readonly AlertTriggered Triggered = new("alert_1", "rule_1", HighCpu, "system", 94.5, "CPU usage above 90%", Noon, Noon);
    private static readonly AlertAcknowledged Taken = new(new PersonalText("user_1", "c2VhbGVk"), null, Noon);

    [Theory]
    [InlineData(AlertCondition.GreaterThan, false, false, true)]
    [InlineData(AlertCondition.GreaterThanOrEqual, false, true, true)]
    [InlineData(AlertCondition.LessThan, true, false, false)]
    [InlineData(AlertCondition.LessThanOrEqual, true, true, false)]
    [InlineData(AlertCondition.Equal, false, true, false)]
    [InlineData(AlertCondition.NotEqual, true, false, true)]
    public void A_condition_holds_below_at_and_above_the_threshold_as_its_name_says(AlertCondition condition,
        bool below, bool at, bool above)
    {
        var terms = HighCpu with { Condition = condition };

        Assert.Equal([below, at, above], new[] { 89.9, 90, 90.1 }.Select(terms.Holds));
    }

    [Fact]
    public void An_alert_is_due_when_the_condition_has_held_for_the_whole_duration()
    {
        var watch = After((0, 95), (15, 95), (29.9, 95));
        Assert.False(watch.IsDue);

        Assert.True(watch.Observe(HighCpu, 95, At(30)).IsDue);
    }

    [Fact]
    public void A_duration_that_is_interrupted_begins_anew()
    {
        Assert.False(After((0, 95), (29, 95), (29.5, 50), (30, 95), (59, 95)).IsDue);
        Assert.True(After((0, 95), (29, 95), (29.5, 50), (30, 95), (60, 95)).IsDue);
    }

    [Fact]
    public void Without_a_duration_the_first_bad_value_is_enough() =>
        Assert.True(AlertWatch.Fresh.Observe(HighCpu with { Duration = 0 }, 90.1, Noon).IsDue);

    [Fact]
    public void An_alert_that_is_under_way_is_not_due_again_and_outlasts_good_values_shorter_than_the_hold_off()
    {
        var watch = After((0, 95), (30, 95)).With("alert_1");
        for (var second = 31; second < 600; second++)
        {
            watch = watch.Observe(HighCpu, second % 50 == 0 ? 95 : 50, At(second));
            Assert.Equal((false, null, "alert_1"), (watch.IsDue, watch.Over, watch.AlertId));
        }
    }

    [Fact]
    public void An_alert_is_over_when_the_condition_has_been_gone_for_the_hold_off_and_then_a_new_one_can_come()
    {
        var watch = After((0, 95), (30, 95)).With("alert_1").Observe(HighCpu, 50, At(40)).Observe(HighCpu, 50, At(99.9));
        Assert.Null(watch.Over);

        watch = watch.Observe(HighCpu, 50, At(100));
        Assert.Equal(("alert_1", (string?)null), (watch.Over, watch.AlertId));
        Assert.True(watch.Observe(HighCpu, 95, At(101)).Observe(HighCpu, 95, At(131)).IsDue);
    }

    [Fact]
    public void An_alert_is_active_then_acknowledged_then_resolved()
    {
        var raised = Alert.Initial.Apply(Triggered);
        var acknowledged = raised.Apply(Taken);
        var resolved = acknowledged.Apply(new AlertResolved(Alert.ByHand, Noon));

        Assert.Equal(["active", "acknowledged", "resolved"], new[] { raised, acknowledged, resolved }.Select(alert => alert.Status));
        Assert.Equal([Triggered], Alert.Raise(Alert.Initial, Triggered));
        Assert.Empty(Alert.Raise(raised, Triggered));
        Assert.Equal([Taken], Alert.Acknowledge(raised, "alert_1", Taken));
        Assert.Empty(Alert.Acknowledge(acknowledged, "alert_1", Taken with { AcknowledgedAt = At(9) }));
        Assert.Equal(ProblemKind.Conflict, Assert.Throws<Problem>(() => Alert.Acknowledge(resolved, "alert_1", Taken)).Kind);
        Assert.Equal([new AlertResolved(Alert.ConditionCleared, Noon)],
            Alert.Resolve(acknowledged, "alert_1", Alert.ConditionCleared, Noon));
        Assert.Empty(Alert.Resolve(resolved, "alert_1", Alert.ConditionCleared, Noon));
        Assert.Equal(ProblemKind.NotFound, Assert.Throws<Problem>(() => Alert.Resolve(Alert.Initial, "alert_1", Alert.ByHand, Noon)).Kind);
    }

    [Fact]
    public void A_rule_that_is_only_renamed_still_means_the_same()
    {
        var rule = AlertRule.Initial.Apply(new AlertRuleCreated("rule_1", HighCpu, Noon));

        Assert.Empty(AlertRule.Change(rule, "rule_1", Unchanged with { Threshold = 90 }, Noon));
        Assert.Equal(
            [false, true],
            new[] { Unchanged with { Name = "hot", Severity = AlertSeverity.Low }, Unchanged with { Enabled = false } }
                .Select(wanted => ((AlertRuleChanged)Assert.Single(AlertRule.Change(rule, "rule_1", wanted, Noon))).Redefined));
        Assert.Equal([(IDomainEvent)new AlertRuleDeleted(Noon)], AlertRule.Delete(rule, "rule_1", Noon));
        Assert.Empty(AlertRule.Delete(rule.Apply(new AlertRuleDeleted(Noon)), "rule_1", Noon));
        Assert.Throws<Problem>(() => AlertRule.Change(rule.Apply(new AlertRuleDeleted(Noon)), "rule_1", Unchanged, Noon));
    }

    [Fact]
    public void An_alert_says_what_is_wrong_in_words()
    {
        Assert.Equal("CPU usage above 90%", SystemMetrics.Describe(HighCpu, "system"));
        Assert.Equal(
            "val_loss of training session sess_1 at or above 0.5",
            SystemMetrics.Describe(HighCpu with
            {
                Metric = "val_loss",
                OfSystem = false,
                Condition = AlertCondition.GreaterThanOrEqual,
                Threshold = 0.5
            }, "sess_1"));
    }

    [Fact]
    public void Every_metric_of_the_machine_is_read_or_not_there()
    {
        var now = new ResourceUsage(
            Noon, new CpuUsage(45.2, 1, [45.2]), new SpaceUsage(62.8, 50.2, 80), new SpaceUsage(38.5, 385, 1000),
            [new GpuUsage(0, "a", 75.2, 18, 24, 92.5, 68), new GpuUsage(1, "b", 80, 19, 24, null, 60)]);

        Assert.Equal([45.2, 62.8, 50.2, 38.5, 385, 80, 92.5, 68], SystemMetrics.Names.Select(name => SystemMetrics.Read(name, now)!.Value));
        Assert.Null(SystemMetrics.Read("gpu_temperature", now with { Gpu = [] }));
    }

    private static DateTimeOffset At(double seconds) => Noon.AddSeconds(seconds);

    private static AlertWatch After(params (double Second, double Value)[] measured) =>
        measured.Aggregate(AlertWatch.Fresh, (watch, next) => watch.Observe(HighCpu, next.Value, At(next.Second)));
}
