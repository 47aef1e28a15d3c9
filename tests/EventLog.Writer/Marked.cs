using EventSourcedAnomaly.EventLog.Events;

namespace EventSourcedAnomaly.EventLog.Writer;

/// <summary>One of the events of an append, which can be told from those of any other.</summary>
/// <param name="Mark">The append.</param>
/// <param name="Part">From 0.</param>
/// <param name="Of">How many parts the append has.</param>
public sealed record Marked(string Mark, int Part, int Of) : IEvent;
