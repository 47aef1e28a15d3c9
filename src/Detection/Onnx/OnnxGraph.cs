namespace EventSourcedAnomaly.Detection.Onnx;

/// <summary>
/// A graph under construction. Every operation returns the name of its result; numbers are float64 unless an operation says otherwise.
/// </summary>
internal sealed class OnnxGraph
{
    private readonly List<byte[]> _nodes = [];
    private readonly List<byte[]> _initializers = [];
    private readonly string _prefix;
    private int _named;

    /// <param name="prefix">Keeps the names of a graph within a graph apart.</param>
    public OnnxGraph(string prefix = "") => _prefix = prefix;

    public byte[] ToBytes(string name, byte[][] inputs, byte[][] outputs) => OnnxWire.Graph(name, _nodes, _initializers, inputs, outputs);

    /// <summary>A table of constants.</summary>
    public string Constant(ReadOnlySpan<double> values, params ReadOnlySpan<long> shape) => Tensor(OnnxType.Double, values, shape);

    public string Constant(ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) => Tensor(OnnxType.Int64, values, shape);

    /// <summary>One row of constants, which broadcasts over the rows of a table.</summary>
    public string Row(ReadOnlySpan<double> values) => Constant(values, 1, values.Length);

    public string Scalar(double value) => Constant([value]);

    public string Table(Matrix table) => Constant(table.Values, table.Rows, table.Columns);

    public string Transposed(Matrix table) => Constant(table.ToColumnMajor(), table.Columns, table.Rows);

    /// <summary>An operation of the standard operator set with one result.</summary>
    public string Add(string operation, string[] inputs, params (string Name, object Value)[] attributes) =>
        Several(operation, inputs, 1, attributes)[0];

    public string Add(string operation, params string[] inputs) => Several(operation, inputs, 1)[0];

    /// <summary>An operation with several results.</summary>
    public string[] Several(string operation, string[] inputs, int results, params (string Name, object Value)[] attributes) =>
        Append(operation, "", inputs, results, attributes);

    /// <summary>An operation of the operator set for classical machine learning.</summary>
    public string AddOfMachineLearning(string operation, string[] inputs, params (string Name, object Value)[] attributes) =>
        Append(operation, OnnxExport.MachineLearning, inputs, 1, attributes)[0];

    /// <summary>Gives a result the name by which it leaves the graph.</summary>
    public void Name(string value, string name) => _nodes.Add(OnnxWire.Node("Identity", "", [value], [name], []));

    public string Cast(string value, OnnxType type) => Add("Cast", [value], ("to", (long)type));

    /// <summary>The sum over columns: <c>[N, columns]</c> to <c>[N, 1]</c>.</summary>
    public string RowSums(string table) => Add("ReduceSum", [table, Constant([1L], 1)], ("keepdims", 1L));

    public string Square(string value) => Add("Mul", value, value);

    /// <summary>Length of the table's rows as a vector of one number.</summary>
    public string Rows(string table) => Add("Shape", [table], ("start", 0L), ("end", 1L));

    public string Standardized(string table, Standardizer standardizer)
    {
        var scale = Row(standardizer.Scale);
        // a single constant would be fused by ONNX Runtime into a product that follows, as a float32
        if (standardizer.Scale.Length == 1) scale = Add("Expand", scale, Add("Shape", table));
        return Add("Div", Add("Sub", table, Row(standardizer.Mean)), scale);
    }

    /// <summary>
    /// Squared distances of the rows to points, <c>[N, points]</c>: summed feature by feature as the detectors do, for |x|² - 2xy + |y|²
    /// loses what is small beside the norms.
    /// </summary>
    public string SquaredDistances(string table, Matrix points)
    {
        var body = new OnnxGraph($"{_prefix}{_named++}_");
        var difference = body.Add("Sub", "feature_of_rows", "feature_of_points");
        body.Name(body.Add("Add", "sum", body.Square(difference)), "sum_out");
        var graph = body.ToBytes("squared_distances",
            [
                OnnxWire.Value("sum", OnnxType.Double, -1, points.Rows),
                OnnxWire.Value("feature_of_rows", OnnxType.Double, -1, 1),
                OnnxWire.Value("feature_of_points", OnnxType.Double, 1, points.Rows),
            ],
            [OnnxWire.Value("sum_out", OnnxType.Double, -1, points.Rows)]);
        var shape = Add("Concat", [Rows(table), Constant([points.Rows], 1)], ("axis", 0L));
        var zero = Add("Expand", Scalar(0), shape);
        var byFeature = Add("Unsqueeze", Add("Transpose", [table], ("perm", new long[] { 1, 0 })), Constant([2L], 1));
        var ofPoints = Constant(points.ToColumnMajor(), points.Columns, 1, points.Rows);
        return Add("Scan", [zero, byFeature, ofPoints], ("body", graph), ("num_scan_inputs", 2L));
    }

    /// <summary>
    /// Per column the value of a step function, <c>[N, columns]</c>: a branchless binary search of all columns at once, each step half
    /// as long as the one before.
    /// </summary>
    public string Steps(string table, IReadOnlyList<OnnxSteps> columns)
    {
        var width = 1;
        while (width < columns.Max(c => c.Bounds.Length) + 1) width *= 2;
        var bounds = new double[columns.Count * width];
        var values = new double[bounds.Length];
        Array.Fill(bounds, double.PositiveInfinity);
        for (var c = 0; c < columns.Count; c++)
        {
            columns[c].Bounds.CopyTo(bounds.AsSpan(c * width));
            columns[c].Values.CopyTo(values.AsSpan(c * width));
        }
        var (boundTable, valueTable) = (Constant(bounds, bounds.Length), Constant(values, values.Length));
        long[] starts = [.. Enumerable.Range(0, columns.Count).Select(c => (long)c * width)];
        var at = Add("Expand", Constant(starts, 1, columns.Count), Add("Shape", table));
        for (var step = width / 2; step >= 1; step /= 2)
        {
            var bound = Add("Gather", boundTable, Add("Add", at, Constant([step - 1L])));
            at = Add("Add", at, Add("Mul", Cast(Add("Greater", table, bound), OnnxType.Int64), Constant([(long)step])));
        }
        return Add("Gather", valueTable, at);
    }

    /// <summary>
    /// For every row the window of rows that ends with it, the first row standing in before the beginning: <c>[length, N, columns]</c>.
    /// </summary>
    public string Windows(string table, int length)
    {
        var rows = Rows(table);
        var one = Constant([1L], 1);
        var first = Add("Slice", table, Constant([0L], 1), one, Constant([0L], 1));
        var padded = Add("Concat", [Add("Tile", first, Constant([length - 1L, 1L], 2)), table], ("axis", 0L));
        var ends = Add("Range", Constant([0L]), Add("Squeeze", rows, Constant([0L], 1)), Constant([1L]));
        var starts = Constant([.. Enumerable.Range(0, length).Select(i => (long)i)], length, 1);
        return Add("Gather", padded, Add("Add", starts, ends));
    }

    private string[] Append(string operation, string domain, string[] inputs, int results, (string Name, object Value)[] attributes)
    {
        var outputs = new string[results];
        for (var r = 0; r < results; r++) outputs[r] = Next();
        _nodes.Add(OnnxWire.Node(operation, domain, inputs, outputs, attributes.Select(a => OnnxWire.Attribute(a.Name, a.Value))));
        return outputs;
    }

    private string Tensor<T>(OnnxType type, ReadOnlySpan<T> values, ReadOnlySpan<long> shape) where T : unmanaged
    {
        var name = Next();
        _initializers.Add(OnnxWire.Tensor(name, type, shape, values));
        return name;
    }

    private string Next() => $"{_prefix}v{_named++}";
}
