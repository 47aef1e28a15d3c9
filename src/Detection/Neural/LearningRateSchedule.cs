namespace EventSourcedAnomaly.Detection.Neural;

/// <summary>
/// How the learning rate goes down from epoch to epoch, as PyTorch's StepLR, ExponentialLR and CosineAnnealingLR (Loshchilov and
/// Hutter 2017) in closed form: it depends on the epoch's number alone.
/// </summary>
internal sealed record LearningRateSchedule(string Name, double Initial, int StepSize, double Gamma, double Least, int Epochs)
{
    public static IReadOnlyList<ParameterInfo> Parameters { get; } =
    [
        Parameter.Number("lr", 1e-3, new(0, 1, MinimumOpen: true), "Learning rate of Adam in the first epoch."),
        Parameter.Choice("lr_schedule", "constant", ["constant", "step", "exponential", "cosine"], "How the learning rate goes down."),
        Parameter.Integer("lr_step_size", 10, 1, "Epochs between two reductions of the 'step' schedule.", 100_000),
        Parameter.Number("lr_gamma", 0.9, new(0, 1, MinimumOpen: true),
            "Factor of every reduction of the 'step' and of every epoch of the 'exponential' schedule."),
        Parameter.Number("lr_min", 0, new(0, 1), "Learning rate that the 'cosine' schedule reaches after all epochs."),
    ];

    public static LearningRateSchedule From(ParameterSet parameters) => new(
        parameters.Text("lr_schedule"), parameters.Number("lr"), parameters.Integer("lr_step_size"), parameters.Number("lr_gamma"),
        parameters.Number("lr_min"), parameters.Integer("epochs"));

    /// <param name="epoch">Epochs done before.</param>
    public double Of(int epoch) => Name switch
    {
        "step" => Initial * Math.Pow(Gamma, epoch / StepSize),
        "exponential" => Initial * Math.Pow(Gamma, epoch),
        "cosine" => Least + (Initial - Least) * (1 + Math.Cos(Math.PI * epoch / Epochs)) / 2,
        _ => Initial,
    };
}
