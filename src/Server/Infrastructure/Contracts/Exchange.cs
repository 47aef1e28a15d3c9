namespace EventSourcedAnomaly.Server.Infrastructure.Contracts;

/// <summary>What an envelope says about the exchange itself.</summary>
/// <param name="RequestId">The request's id.</param>
/// <param name="Now">The time of the answer.</param>
/// <param name="Elapsed">How long the answer took.</param>
/// <param name="Path">The path that was asked.</param>
internal readonly record struct Exchange(string RequestId, DateTimeOffset Now, TimeSpan Elapsed, string Path);
