namespace EventSourcedAnomaly.Detection.Neural;

/// <summary>What the trained networks have in common.</summary>
internal sealed record NeuralSettings(
    int Epochs, int BatchSize, LearningRateSchedule Schedule, double WeightDecay,
    double ClipNorm, double ValidationSize, int NoChangeEpochs,
    int Window, bool Standardizes)
{
    public static IReadOnlyList<ParameterInfo> Parameters(int epochs, double clipNorm = 1) =>
    [
        Parameter.Integer("epochs", epochs, 1, "Greatest number of passes over the training data.", 100_000),
        Parameter.Integer("batch_size", 32, 1, "Samples per step.", 100_000),
        .. LearningRateSchedule.Parameters,
        Parameter.Number("clip_norm", clipNorm, new(0, double.PositiveInfinity), "Greatest norm of a gradient; 0 does not clip."),
        Parameter.Number("validation_size", 0.1, new(0, 0.5), "Share of the samples held back to decide when to stop."),
        Parameter.Integer("patience", 10, 0, "Epochs without improvement after which training stops; 0 never stops early."),
        Parameter.Contamination,
        Parameter.RandomState,
        Parameter.Jobs,
    ];

    public static ParameterInfo DropoutRate { get; } = Parameter.Number(
        "dropout_rate", 0, new(0, 1, MaximumOpen: true), "Share of the hidden units that are silent in a training step.");

    public static ParameterInfo Preprocessing { get; } = Parameter.Boolean(
        "preprocessing", value: true, "Scale features to mean 0 and standard deviation 1 first.");

    public static ParameterInfo DefaultWeightDecay { get; } = Parameter.Number("weight_decay", 1e-5, new(0, 1), "Decoupled weight decay.");

    /// <param name="parameters">Validated hyper-parameters.</param>
    /// <param name="window">Rows in a sample.</param>
    /// <param name="weightDecay">Name of the parameter that holds the weight decay.</param>
    /// <param name="standardizes">Whether features are scaled first.</param>
    public static NeuralSettings From(ParameterSet parameters, int window, string weightDecay, bool standardizes) => new(
        parameters.Integer("epochs"), parameters.Integer("batch_size"), LearningRateSchedule.From(parameters),
        parameters.Number(weightDecay), parameters.Number("clip_norm"), parameters.Number("validation_size"),
        parameters.Integer("patience"), window, standardizes);
}
