namespace EventSourcedAnomaly.Detection;

/// <summary>The JSON kinds a hyper-parameter accepts; several may be combined, as in scikit-learn's <c>'auto' | int | float</c>.</summary>
[Flags]
public enum ParameterKind
{
    None = 0,
    Integer = 1,
    Number = 2,
    Boolean = 4,
    Choice = 8,
    Null = 16,
    IntegerList = 32,
    TextList = 64,
    NumberList = 128,

    /// <summary>A list of algorithms, each by name or with hyper-parameters and a weight of its own.</summary>
    MemberList = 256,
}

/// <summary>An interval of numbers; either end may be open or infinite.</summary>
public readonly record struct ParameterRange(double Minimum, double Maximum, bool MinimumOpen = false, bool MaximumOpen = false)
{
    public bool Contains(double value) =>
        (MinimumOpen ? value > Minimum : value >= Minimum) && (MaximumOpen ? value < Maximum : value <= Maximum);

    public override string ToString() => (double.IsFinite(Minimum), double.IsFinite(Maximum)) switch
    {
        (true, true) => $"in {(MinimumOpen ? '(' : '[')}{Minimum}, {Maximum}{(MaximumOpen ? ')' : ']')}",
        (true, false) => $"{(MinimumOpen ? ">" : ">=")} {Minimum}",
        (false, true) => $"{(MaximumOpen ? "<" : "<=")} {Maximum}",
        _ => "that is finite",
    };
}

/// <summary>One hyper-parameter of an algorithm, under the name scikit-learn or PyOD gives it.</summary>
/// <param name="Name">The name, snake_case.</param>
/// <param name="Kind">The kinds of value accepted.</param>
/// <param name="Default">An <see cref="int"/>, <see cref="double"/>, <see cref="bool"/>, <see cref="string"/>, list or null.</param>
/// <param name="Description">One sentence on its meaning.</param>
public sealed record ParameterInfo(string Name, ParameterKind Kind, object? Default, string Description)
{
    /// <summary>Allowed integers; null when integers are not accepted.</summary>
    public ParameterRange? Integers { get; init; }

    /// <summary>Allowed numbers; null when numbers are not accepted.</summary>
    public ParameterRange? Numbers { get; init; }

    /// <summary>Allowed words; empty when words are not accepted.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>What is accepted, in words: <c>an integer >= 1 or 'auto'</c>.</summary>
    public string Expected => string.Join(" or ", Alternatives());

    private IEnumerable<string> Alternatives()
    {
        if (Kind.HasFlag(ParameterKind.Integer)) yield return $"an integer {Integers}";
        if (Kind.HasFlag(ParameterKind.Number)) yield return $"a number {Numbers}";
        if (Kind.HasFlag(ParameterKind.Boolean)) yield return "true or false";
        if (Kind.HasFlag(ParameterKind.IntegerList)) yield return $"a list of integers {Integers}";
        if (Kind.HasFlag(ParameterKind.NumberList)) yield return $"a list of numbers {Numbers}";
        if (Kind.HasFlag(ParameterKind.TextList)) yield return "a list of " + Words(Choices);
        else if (Kind.HasFlag(ParameterKind.MemberList))
            yield return $"a list of algorithms or {{algorithm, hyperparameters, weight}}, algorithms being {Words(Choices)}";
        else if (Choices.Count > 0) yield return (Choices.Count > 1 ? "one of " : "") + Words(Choices);
        if (Kind.HasFlag(ParameterKind.Null)) yield return "null";
    }

    private static string Words(IReadOnlyList<string> words) => string.Join(", ", words.Select(w => $"'{w}'"));
}
