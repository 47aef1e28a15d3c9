using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection.Neural;

/// <summary>What a unit makes of its weighted sum: linear z, relu max(0, z), leaky_relu max(0.01 z, z), tanh, sigmoid.</summary>
internal sealed record Activation(string Name)
{
    private const double Leak = 0.01;

    public static Activation Linear { get; } = new("linear");

    public double Of(double z) => Name switch
    {
        "linear" => z,
        "relu" => Math.Max(z, 0),
        "leaky_relu" => z > 0 ? z : Leak * z,
        "sigmoid" => 1 / (1 + Math.Exp(-z)),
        _ => Math.Tanh(z),
    };

    /// <summary>The slope, told by the unit's output.</summary>
    public double Slope(double output) => Name switch
    {
        "linear" => 1,
        "relu" => output > 0 ? 1 : 0,
        "leaky_relu" => output > 0 ? 1 : Leak,
        "sigmoid" => output * (1 - output),
        _ => 1 - output * output,
    };

    public string InOnnx(OnnxGraph graph, string table) => Name switch
    {
        "linear" => table,
        "relu" => graph.Add("Relu", table),
        "leaky_relu" => graph.Add("Max", table, graph.Add("Mul", table, graph.Scalar(Leak))),
        "sigmoid" => graph.Add("Sigmoid", table),
        _ => graph.Add("Tanh", table),
    };
}
