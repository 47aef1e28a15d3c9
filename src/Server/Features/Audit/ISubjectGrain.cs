namespace EventSourcedAnomaly.Server.Features.Audit;

/// <summary>One person.</summary>
[Alias("esa.Subject")]
public interface ISubjectGrain : IGrainWithStringKey
{
    /// <summary>
    /// Destroys the key, then records it: a crash between the two leaves an erasure that is recorded when it is asked for again.
    /// </summary>
    [Alias("Erase")]
    Task<bool> Erase(string subject, CancellationToken ct);
}
