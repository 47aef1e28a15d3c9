namespace EventSourcedAnomaly.Server.Features.SignIns;

/// <summary>One session.</summary>
[Alias("esa.LoginSession")]
public interface ILoginSessionGrain : IGrainWithStringKey
{
    [Alias("Start")]
    Task<long> Start(string userId, string refreshHash, bool remember, CancellationToken ct);

    [Alias("Refresh")]
    Task<long> Refresh(string presented, string next, CancellationToken ct);

    [Alias("End")]
    Task<long> End(CancellationToken ct);
}
