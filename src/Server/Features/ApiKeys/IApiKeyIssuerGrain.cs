namespace EventSourcedAnomaly.Server.Features.ApiKeys;

/// <summary>Issues the keys of one owner, one after the other, so that requests at the same time cannot pass the cap together.</summary>
[Alias("esa.ApiKeyIssuer")]
public interface IApiKeyIssuerGrain : IGrainWithStringKey
{
    /// <param name="id">The stream of the key.</param>
    /// <param name="wanted">The key.</param>
    /// <param name="ct">The turn's token.</param>
    /// <exception cref="Domain.Problem">The owner has as many keys as it may.</exception>
    [Alias("Issue")]
    Task Issue(string id, ApiKeyIssued wanted, CancellationToken ct);
}
