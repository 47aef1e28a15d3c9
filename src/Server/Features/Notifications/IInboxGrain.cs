namespace EventSourcedAnomaly.Server.Features.Notifications;

/// <summary>One user's or key's inbox.</summary>
[Alias("esa.Inbox")]
public interface IInboxGrain : IGrainWithStringKey
{
    [Alias("MarkRead")]
    Task<long> MarkRead(long sequence, CancellationToken ct);

    [Alias("Clear")]
    Task<long> Clear(long upTo, CancellationToken ct);
}
