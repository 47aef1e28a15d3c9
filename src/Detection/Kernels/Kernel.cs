using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Onnx;

namespace EventSourcedAnomaly.Detection.Kernels;

/// <summary>A kernel function of two rows: rbf exp(-γ|x-y|²), linear xᵀy, poly (γxᵀy + coef0)^degree, sigmoid tanh(γxᵀy + coef0).</summary>
internal sealed record Kernel(string Name, double Gamma, double Coef0, int Degree)
{
    /// <summary>
    /// The kernel the parameters ask for; <c>gamma='scale'</c> is 1 / (features · variance of all values), 'auto' 1 / features.
    /// </summary>
    public static Kernel From(ParameterSet parameters, Matrix x)
    {
        var gamma = parameters["gamma"] switch
        {
            "scale" when Numerics.Moments.Variance(x.Values) is var variance and > 0 => 1 / (x.Columns * variance),
            "scale" => 1,
            "auto" => 1.0 / x.Columns,
            _ => parameters.Number("gamma"),
        };
        return new Kernel(parameters.Text("kernel"), gamma, parameters.Number("coef0"), parameters.Integer("degree"));
    }

    /// <summary>Kernel values of one row with many points.</summary>
    /// <param name="row">One value per feature.</param>
    /// <param name="columns">The points' values feature by feature: <c>[feature * points + i]</c>.</param>
    /// <param name="buffer">As long as there are points.</param>
    /// <param name="values">Receives one kernel value per point.</param>
    public void Evaluate(ReadOnlySpan<double> row, ReadOnlySpan<double> columns, Span<double> buffer, Span<double> values)
    {
        values.Clear();
        for (var f = 0; f < row.Length; f++)
        {
            var column = columns.Slice(f * values.Length, values.Length);
            if (IsRadial)
            {
                TensorPrimitives.Subtract(column, row[f], buffer);
                TensorPrimitives.MultiplyAdd(buffer, buffer, values, values);
            }
            else
            {
                TensorPrimitives.MultiplyAdd(column, row[f], values, values);
            }
        }
        Transform(values);
    }

    /// <summary>Kernel value of a row with itself.</summary>
    public double OfItself(ReadOnlySpan<double> row)
    {
        Span<double> value = [IsRadial ? 0 : TensorPrimitives.Dot(row, row)];
        Transform(value);
        return value[0];
    }

    /// <summary>Powers are cut off here, so that sums of them stay finite.</summary>
    public const double Largest = 1e150;

    private bool IsRadial => string.Equals(Name, "rbf", StringComparison.Ordinal);

    private void Transform(Span<double> values)
    {
        switch (Name)
        {
            case "rbf":
                TensorPrimitives.Multiply(values, -Gamma, values);
                TensorPrimitives.Exp(values, values);
                break;
            case "poly":
                foreach (ref var v in values) v = Math.Clamp(Math.Pow(Gamma * v + Coef0, Degree), -Largest, Largest);
                break;
            case "sigmoid":
                foreach (ref var v in values) v = Math.Tanh(Gamma * v + Coef0);
                break;
        }
    }

    /// <summary>Kernel values of all rows with all points, <c>[N, points]</c>.</summary>
    public string InOnnx(OnnxGraph graph, string rows, Matrix points)
    {
        if (IsRadial) return graph.Add("Exp", graph.Add("Mul", graph.SquaredDistances(rows, points), graph.Scalar(-Gamma)));
        if (Name is "linear") return graph.Add("MatMul", rows, graph.Transposed(points));
        // ONNX Runtime would fuse a factor of the product into it as a float32: the points carry it instead
        var scaled = new Matrix(points.Rows, points.Columns, Array.ConvertAll(points.Values.ToArray(), value => Gamma * value));
        var argument = graph.Add("Add", graph.Add("MatMul", rows, graph.Transposed(scaled)), graph.Scalar(Coef0));
        return Name is "poly" ? graph.Add("Pow", argument, graph.Scalar(Degree)) : graph.Add("Tanh", argument);
    }

    public void Write(ModelWriter writer)
    {
        writer.Text(Name);
        writer.Double(Gamma);
        writer.Double(Coef0);
        writer.Int(Degree);
    }

    public static Kernel Read(ref ModelReader reader) => new(reader.Text(), reader.Double(), reader.Double(), reader.Int());
}
