namespace EventSourcedAnomaly.Detection;

/// <summary>The vocabulary in which an algorithm states its hyper-parameters.</summary>
internal static class Parameter
{
    public static readonly ParameterInfo RandomState = new("random_state", ParameterKind.Integer | ParameterKind.Null, null,
        "Seed of every random choice; null takes the seed given at creation.")
    { Integers = new(0, int.MaxValue) };

    public static readonly ParameterInfo Jobs = new("n_jobs", ParameterKind.Integer | ParameterKind.Null, null,
        "Threads to use; null or -1 means every core. Results do not depend on it.")
    { Integers = new(-1, 1024) };

    /// <summary>PyOD's contamination: always a share, 0.1 unless told.</summary>
    public static readonly ParameterInfo Contamination = new("contamination", ParameterKind.Number, 0.1,
        "Share of anomalies in the training data; sets the threshold.")
    { Numbers = new(0, 0.5, MinimumOpen: true) };

    /// <summary>scikit-learn's contamination: a share, or 'auto' for the algorithm's own threshold.</summary>
    public static readonly ParameterInfo AutomaticContamination = Contamination with
    {
        Kind = ParameterKind.Number | ParameterKind.Choice,
        Default = "auto",
        Choices = ["auto"],
        Description = "Share of anomalies in the training data, or 'auto' for the threshold of the algorithm's paper.",
    };

    public static ParameterInfo Integer(string name, int value, double minimum, string description, double maximum = int.MaxValue) =>
        new(name, ParameterKind.Integer, value, description) { Integers = new(minimum, maximum) };

    public static ParameterInfo Number(string name, double value, ParameterRange range, string description) =>
        new(name, ParameterKind.Number, value, description) { Numbers = range };

    public static ParameterInfo Boolean(string name, bool value, string description) =>
        new(name, ParameterKind.Boolean, value, description);

    public static ParameterInfo Choice(string name, string value, IReadOnlyList<string> choices, string description) =>
        new(name, ParameterKind.Choice, value, description) { Choices = choices };
}
