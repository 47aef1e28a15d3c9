using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Infrastructure.Orleans;

/// <summary>Makes a problem fit to travel, and makes it again on the other side.</summary>
[RegisterConverter]
internal sealed class ProblemConverter : IConverter<Problem, ProblemSurrogate>
{
    /// <inheritdoc/>
    public Problem ConvertFromSurrogate(in ProblemSurrogate surrogate) =>
        new(surrogate.Kind, surrogate.Message, surrogate.Field, surrogate.Expected) { RetryAfter = surrogate.RetryAfter };

    /// <inheritdoc/>
    public ProblemSurrogate ConvertToSurrogate(in Problem value) =>
        new() { Kind = value.Kind, Message = value.Message, Field = value.Field, Expected = value.Expected, RetryAfter = value.RetryAfter };
}
