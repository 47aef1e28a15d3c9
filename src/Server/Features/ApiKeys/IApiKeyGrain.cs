namespace EventSourcedAnomaly.Server.Features.ApiKeys;

/// <summary>One API key.</summary>
[Alias("esa.ApiKey")]
public interface IApiKeyGrain : IGrainWithStringKey
{
    [Alias("Issue")]
    Task<long> Issue(ApiKeyIssued wanted, CancellationToken ct);

    /// <param name="owner">Whose key it must be; null when any will do.</param>
    /// <param name="ct">The turn's token.</param>
    [Alias("Revoke")]
    Task<long> Revoke(string? owner, CancellationToken ct);

    /// <summary>Notes that its time is over, if it is.</summary>
    [Alias("Expire")]
    Task<long> Expire(CancellationToken ct);
}
