using Google.Protobuf;

namespace EventSourcedAnomaly.Detection.Onnx;

/// <summary>
/// Reads a foreign model's structure before ONNX Runtime does and refuses what it must not get: bytes that are no model, tensors kept
/// in other files (which would let a model read the machine's files), operators that are not ONNX's own, and nesting beyond reason.
/// </summary>
internal static class OnnxInspection
{
    private const int MaxDepth = 16;
    private const int MaxElements = 1 << 28;
    private static readonly HashSet<string> Domains = new(StringComparer.Ordinal) { "", "ai.onnx", OnnxExport.MachineLearning };

    /// <summary>What the model says of itself beside its graph.</summary>
    /// <exception cref="InvalidDataException">The bytes are refused; the message says why.</exception>
    public static IReadOnlyDictionary<string, string> Check(byte[] model)
    {
        ByteString? graph = null;
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            Fields(ByteString.CopyFrom(model), 0, (field, value) =>
            {
                if (field == 7) Graph(graph = value, 1);
                if (field == 14) Entry(value, metadata);
                if (field is 25 or 20) throw new InvalidDataException("the ONNX model brings functions or training of its own");
            });
        }
        catch (InvalidProtocolBufferException damaged)
        {
            throw new InvalidDataException($"not an ONNX model: {damaged.Message}", damaged);
        }
        if (graph is null) throw new InvalidDataException("not an ONNX model: it has no graph");
        return metadata;
    }

    private static void Entry(ByteString pair, Dictionary<string, string> metadata)
    {
        var (key, text) = ("", "");
        Fields(pair, 1, (field, value) =>
        {
            if (field == 1) key = value.ToStringUtf8();
            if (field == 2) text = value.ToStringUtf8();
        });
        metadata[key] = text;
    }

    private static void Graph(ByteString graph, int depth) => Fields(graph, depth, (field, value) =>
    {
        if (field == 1) Node(value, depth + 1);
        if (field == 5) Tensor(value, depth + 1);
        if (field == 15) Sparse(value, depth + 1);
    });

    private static void Node(ByteString node, int depth) => Fields(node, depth, (field, value) =>
    {
        if (field == 5) Attribute(value, depth + 1);
        if (field == 7 && !Domains.Contains(value.ToStringUtf8()))
            throw new InvalidDataException($"the ONNX model uses operators of '{value.ToStringUtf8()}'; only those of ONNX itself are run");
    });

    private static void Attribute(ByteString attribute, int depth) => Fields(attribute, depth, (field, value) =>
    {
        if (field is 5 or 10) Tensor(value, depth + 1);
        if (field is 6 or 11) Graph(value, depth + 1);
        if (field is 22 or 23) Sparse(value, depth + 1);
    });

    private static void Sparse(ByteString tensor, int depth)
    {
        var elements = 1.0;
        Fields(
            tensor, depth,
            (field, value) =>
            {
                if (field is 1 or 2) Tensor(value, depth + 1);
                if (field == 3) elements *= PackedProduct(value);
            },
            (field, number) => elements *= field == 3 ? number : 1);
        RefuseLarge(elements);
    }

    private static void Tensor(ByteString tensor, int depth)
    {
        var elements = 1.0;
        Fields(
            tensor, depth,
            (field, value) =>
            {
                Refuse(field == 13);
                if (field == 1) elements *= PackedProduct(value);
            },
            (field, number) =>
            {
                Refuse(field == 14 && number != 0);
                if (field == 1) elements *= number;
            });
        RefuseLarge(elements);
    }

    private static double PackedProduct(ByteString numbers)
    {
        using var input = numbers.CreateCodedInput();
        var product = 1.0;
        while (!input.IsAtEnd) product *= input.ReadUInt64();
        return product;
    }

    /// <summary>What is said to be large need not be: memory would be taken for it all the same.</summary>
    private static void RefuseLarge(double elements)
    {
        if (elements > MaxElements)
            throw new InvalidDataException($"the ONNX model has a tensor of {elements} elements, at most {MaxElements} are accepted");
    }

    private static void Refuse(bool isExternal)
    {
        if (isExternal) throw new InvalidDataException("the ONNX model keeps tensors in other files; only one whole file is accepted");
    }

    /// <summary>Hands every field of a message on, length-delimited ones as bytes, varints as numbers.</summary>
    private static void Fields(
        ByteString message, int depth, Action<int, ByteString> onBytes, Action<int, ulong>? onNumber = null)
    {
        if (depth > MaxDepth) throw new InvalidDataException($"the ONNX model nests graphs deeper than {MaxDepth} messages");
        using var input = message.CreateCodedInput();
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            var field = WireFormat.GetTagFieldNumber(tag);
            switch (WireFormat.GetTagWireType(tag))
            {
                case WireFormat.WireType.LengthDelimited: onBytes(field, input.ReadBytes()); break;
                case WireFormat.WireType.Varint:
                    var number = input.ReadUInt64();
                    onNumber?.Invoke(field, number);
                    break;
                default: input.SkipLastField(); break;
            }
        }
    }
}
