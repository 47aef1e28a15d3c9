using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EventSourcedAnomaly.Detection.Onnx.Runtime;

/// <summary>An input or output of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Type of its elements; null when it is no tensor.</param>
/// <param name="Shape">Its dimensions; -1 where any length fits.</param>
internal sealed record OnnxValueInfo(string Name, TensorElementType? Type, long[] Shape)
{
    /// <summary>Whether its elements are floating-point numbers that are read here.</summary>
    public bool IsTable => Type is TensorElementType.Float or TensorElementType.Double;

    public static IReadOnlyList<OnnxValueInfo> Of(IEnumerable<string> names, IReadOnlyDictionary<string, NodeMetadata> metadata) =>
        [.. names.Select(name => Of(name, metadata[name]))];

    public override string ToString() => $"'{Name}' {Type?.ToString() ?? "no tensor"} [{string.Join(", ", Shape)}]";

    private static OnnxValueInfo Of(string name, NodeMetadata value) => value.IsTensor
        ? new OnnxValueInfo(name, value.ElementDataType, Array.ConvertAll(value.Dimensions, length => (long)length))
        : new OnnxValueInfo(name, null, []);
}
