using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.Audit;

/// <summary>The key to a person's fields was destroyed.</summary>
public sealed record SubjectErased(string Subject, bool HadKey, DateTimeOffset ErasedAt) : IDomainEvent;
