namespace EventSourcedAnomaly.Detection.Onnx.Runtime;

/// <summary>An input or output of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Type of its elements; null when it is no tensor.</param>
/// <param name="Shape">Its dimensions; -1 where any length fits.</param>
internal sealed record OnnxValueInfo(string Name, OnnxType? Type, long[] Shape)
{
    public override string ToString() => $"'{Name}' {Type?.ToString() ?? "no tensor"} [{string.Join(", ", Shape)}]";
}
