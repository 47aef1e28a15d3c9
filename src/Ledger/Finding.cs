namespace EventSourcedAnomaly.Ledger;

/// <summary>Something in a log that is not as it was.</summary>
/// <param name="Sequence">The sequence number of the event, where one can be named.</param>
/// <param name="Message">What is wrong with it.</param>
public sealed record Finding(long? Sequence, string Message);
