using System.Net;
using System.Net.Sockets;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Webhooks;
using EventSourcedAnomaly.Server.Features.Webhooks.Endpoints;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;

namespace EventSourcedAnomaly.Server.Tests.Webhooks;

/// <summary>What webhooks promise without a network: signatures, retries, names, and where they do not go.</summary>
public sealed class WebhookDecisionTests
{
    private static readonly DateTimeOffset Noon = new(2025, 12, 19, 12, 0, 0, TimeSpan.Zero);
    private static readonly Webhook Registered =
        Webhook.Initial.Apply(new WebhookRegistered("webhook_1", "https://example.com/webhook", ["training_completed"], Noon));
    private static readonly OutwardAddresses Guarded = OutwardAddresses.Parse("ALLOW", null);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // The example that the reference libraries of Standard Webhooks are tested with.
    [Fact]
    public void A_signature_is_that_of_the_published_example() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        Signature.Of(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""));

    [Theory]
    [InlineData("short")]
    [InlineData("whsec_not base64")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("with\na line")]
    public void A_secret_that_cannot_sign_is_refused(string secret) =>
        Assert.Equal("secret", Assert.Throws<Problem>(() => Signature.Check(secret)).Field);

    [Fact]
    public void A_secret_that_is_made_can_be_given_again() =>
        Assert.StartsWith("whsec_", Signature.Check(Signature.Generate()), StringComparison.Ordinal);

    [Fact]
    public void Ten_attempts_span_about_seventy_five_hours_and_then_there_is_none()
    {
        var waits = Enumerable.Range(1, 9).Select(attempt => RetrySchedule.Default.After(attempt, null, 0.5)!.Value).ToArray();

        Assert.Equal(10, RetrySchedule.Default.Attempts);
        Assert.Equal(75.6, waits.Sum(wait => wait.TotalHours), 1);
        Assert.Null(RetrySchedule.Default.After(10, null, 0.5));
        Assert.Equal([4.5, 5.5], new[] { 0, 1 }.Select(random => RetrySchedule.Default.After(1, null, random)!.Value.TotalSeconds));
        Assert.Equal(TimeSpan.FromMinutes(2), RetrySchedule.Default.After(1, TimeSpan.FromMinutes(2), 0));
        Assert.Equal(TimeSpan.FromHours(24), RetrySchedule.Default.After(1, TimeSpan.FromDays(365), 0));
    }

    [Theory]
    [InlineData("one")]
    [InlineData("1,-1")]
    [InlineData("1,1e9")]
    [InlineData("100000")]
    public void A_schedule_that_is_none_is_refused(string text) =>
        Assert.Throws<SettingException>(() => RetrySchedule.Parse("RETRY", text));

    [Theory]
    [InlineData("training_completed", "training.finished")]
    [InlineData("training.finished", "training.finished")]
    [InlineData("training_started", "training.started")]
    [InlineData("alert_triggered", "alert.triggered")]
    [InlineData("detection.completed", "detection.completed")]
    [InlineData("drift.detected", "drift.detected")]
    [InlineData("anomaly.detected", "anomaly.detected")]
    [InlineData("anomaly_resolved", "anomaly.resolved")]
    [InlineData("correlation.found", "correlation.found")]
    [InlineData("report.generated", "report.generated")]
    [InlineData("training.paused", null)]
    [InlineData("webhook.test", null)]
    public void Every_documents_names_are_known_in_both_spellings(string spelling, string? name) =>
        Assert.Equal(name, EventNames.Find(spelling));

    [Fact]
    public void A_webhook_is_disabled_and_gives_deliveries_up_once()
    {
        var dead = new WebhookDeliveryDeadLettered("delivery_1", "training_completed", 7, 10, "the address answered 500", Noon);

        Assert.Equal([new WebhookDisabled(WebhookDisabled.Gone, Noon)], Webhook.Disable(Registered, WebhookDisabled.Gone, Noon));
        var disabled = Registered.Apply(new WebhookDisabled(WebhookDisabled.Gone, Noon));
        Assert.Empty(Webhook.Disable(disabled, WebhookDisabled.Gone, Noon));
        Assert.Equal([dead], Webhook.GiveUp(Registered, dead));
        Assert.Empty(Webhook.GiveUp(Registered.Apply(dead), dead));
        Assert.Equal(ProblemKind.Conflict,
            Assert.Throws<Problem>(() => Webhook.Replay(disabled, "webhook_1", new WebhookReplayRequested(1, 2, null, null, Noon))).Kind);
        Assert.Equal([(IDomainEvent)new WebhookEnabled(Noon)], Webhook.Change(disabled, "webhook_1", null, null, true, Noon));
        Assert.Empty(Webhook.Change(Registered, "webhook_1", Registered.Url, ["training_completed"], true, Noon));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("168.63.129.16")]
    [InlineData("169.254.169.254")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.192")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b:1::a00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void An_address_that_is_not_of_the_public_internet_is_refused_unless_it_is_listed(string address)
    {
        var parsed = IPAddress.Parse(address);

        Assert.False(Guarded.Permits(parsed));
        Assert.False(Guarded.PermitsHost(parsed.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address));
        Assert.True(OutwardAddresses.Parse("ALLOW", "0.0.0.0/0,::/0").Permits(parsed));
    }

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    public void A_public_address_is_permitted(string address) => Assert.True(Guarded.Permits(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://127.1/hook")]
    [InlineData("http://2130706433/hook")]
    [InlineData("http://0x7f.0.0.1/hook")]
    [InlineData("http://0177.0.0.1/hook")]
    [InlineData("http://[::ffff:7f00:1]/hook")]
    [InlineData("http://localhost:8000/hook")]
    [InlineData("http://LOCALHOST./hook")]
    [InlineData("http://any.localhost/hook")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("ftp://example.com/hook")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user:password@example.com/hook")]
    [InlineData("/hook")]
    [InlineData("")]
    public void An_address_that_is_seen_to_lead_inwards_is_refused_at_once(string url) =>
        Assert.Equal("url", Assert.Throws<Problem>(() => WebhookFields.Url(url, Guarded)).Field);

    [Fact]
    public void The_documents_addresses_are_taken() =>
        Assert.All(["https://example.com/webhook", "https://your-app.com/webhook"], url =>
            Assert.Equal(url, WebhookFields.Url(url, Guarded)));

    [Theory]
    [InlineData(null, false)]
    [InlineData("10.0.0.0/8", false)]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.0/8,::1", true)]
    public async Task A_name_is_judged_by_what_it_stands_for_when_it_is_connected_to(string? allow, bool connects)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var accepting = listener.AcceptTcpClientAsync(Ct).AsTask();
        using var http =
            new HttpClient(new SocketsHttpHandler { ConnectCallback = OutwardAddresses.Parse("ALLOW", allow).Connect, UseProxy = false });
        using var sending = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var request = http.GetAsync($"http://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/", sending.Token);

        if (connects)
        {
            using var accepted = await accepting;
            await sending.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        }
        else
        {
            Assert.IsType<AddressRefusedException>((await Assert.ThrowsAsync<HttpRequestException>(() => request)).InnerException);
            Assert.False(accepting.IsCompleted);
        }
    }

    [Fact]
    public void A_list_that_is_none_is_refused() =>
        Assert.Throws<SettingException>(() => OutwardAddresses.Parse("ALLOW", "10.0.0.0/8, not a host"));
}
