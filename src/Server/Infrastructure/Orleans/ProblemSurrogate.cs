using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Infrastructure.Orleans;

/// <summary>A problem as it travels between silos, so that the domain need not know how.</summary>
[GenerateSerializer, Alias("esa.Problem")]
internal struct ProblemSurrogate
{
    /// <summary>What kind of problem it is.</summary>
    [Id(0)]
    public ProblemKind Kind;

    /// <summary>What is wrong, in words.</summary>
    [Id(1)]
    public string Message;

    /// <summary>The field at fault.</summary>
    [Id(2)]
    public string? Field;

    /// <summary>What was expected of it.</summary>
    [Id(3)]
    public string? Expected;

    /// <summary>When it is worth trying again.</summary>
    [Id(4)]
    public TimeSpan? RetryAfter;
}
