using System.Runtime.InteropServices;
using Google.Protobuf;

namespace EventSourcedAnomaly.Detection.Onnx;

/// <summary>The element types of <c>TensorProto.DataType</c> that are used.</summary>
internal enum OnnxType
{
    Float = 1,
    Int64 = 7,
    Double = 11,
}

/// <summary>
/// Messages of the ONNX schema (onnx.proto, IR version 8) as protocol-buffer bytes: the fields that an exported detector needs.
/// </summary>
internal static class OnnxWire
{
    private const int IrVersion = 8;

    public static byte[] Model(
        byte[] graph, string producerVersion, IEnumerable<(string Domain, int Version)> operatorSets,
        IEnumerable<(string Key, string Value)> metadata) => Message(output =>
    {
        Varint(output, 1, IrVersion);
        Text(output, 2, "EventSourcedAnomaly");
        Text(output, 3, producerVersion);
        Bytes(output, 7, graph);
        foreach (var (domain, version) in operatorSets)
        {
            Bytes(output, 8, Message(set =>
            {
                Text(set, 1, domain);
                Varint(set, 2, version);
            }));
        }
        foreach (var (key, value) in metadata) Bytes(output, 14, Pair(key, value));
    });

    public static byte[] Graph(
        string name, IEnumerable<byte[]> nodes, IEnumerable<byte[]> initializers, IEnumerable<byte[]> inputs,
            IEnumerable<byte[]> outputs) =>
        Message(output =>
        {
            foreach (var node in nodes) Bytes(output, 1, node);
            Text(output, 2, name);
            foreach (var initializer in initializers) Bytes(output, 5, initializer);
            foreach (var input in inputs) Bytes(output, 11, input);
            foreach (var result in outputs) Bytes(output, 12, result);
        });

    public static byte[] Node(
        string operation, string domain, IEnumerable<string> inputs, IEnumerable<string> outputs, IEnumerable<byte[]> attributes) =>
        Message(output =>
        {
            foreach (var input in inputs) Text(output, 1, input);
            var named = outputs.ToArray();
            foreach (var result in named) Text(output, 2, result);
            Text(output, 3, named[0]);
            Text(output, 4, operation);
            foreach (var attribute in attributes) Bytes(output, 5, attribute);
            if (domain.Length > 0) Text(output, 7, domain);
        });

    /// <param name="name">Name of the attribute.</param>
    /// <param name="value">A long, a string, numbers, words, or the bytes of a graph.</param>
    public static byte[] Attribute(string name, object value) => Message(output =>
    {
        Text(output, 1, name);
        switch (value)
        {
            case long whole: Varint(output, 3, whole); Varint(output, 20, 2); break;
            case string text: Text(output, 4, text); Varint(output, 20, 3); break;
            case byte[] graph: Bytes(output, 6, graph); Varint(output, 20, 5); break;
            case float[] numbers:
                foreach (var number in numbers) Single(output, 7, number);
                Varint(output, 20, 6);
                break;
            case long[] numbers:
                foreach (var number in numbers) Varint(output, 8, number);
                Varint(output, 20, 7);
                break;
            case string[] words:
                foreach (var word in words) Text(output, 9, word);
                Varint(output, 20, 8);
                break;
            default: throw new ArgumentException($"an attribute of type {value.GetType()} has no wire form", nameof(value));
        }
    });

    public static byte[] Tensor<T>(string name, OnnxType type, ReadOnlySpan<long> shape, ReadOnlySpan<T> values) where T : unmanaged
    {
        var (dimensions, raw) = (shape.ToArray(), MemoryMarshal.AsBytes(values).ToArray());
        return Message(output =>
        {
            foreach (var dimension in dimensions) Varint(output, 1, dimension);
            Varint(output, 2, (int)type);
            Text(output, 8, name);
            Bytes(output, 9, raw);
        });
    }

    /// <summary>An input or output; a negative dimension is any number of rows.</summary>
    public static byte[] Value(string name, OnnxType type, params long[] shape) => Message(output =>
    {
        Text(output, 1, name);
        Bytes(output, 2, Message(typed => Bytes(typed, 1, Message(tensor =>
        {
            Varint(tensor, 1, (int)type);
            Bytes(tensor, 2, Message(dimensions =>
            {
                foreach (var dimension in shape) Bytes(dimensions, 1, Dimension(dimension));
            }));
        }))));
    });

    private static byte[] Dimension(long dimension) => Message(output =>
    {
        if (dimension >= 0) Varint(output, 1, dimension);
        else Text(output, 2, "N");
    });

    private static byte[] Pair(string key, string value) => Message(output =>
    {
        Text(output, 1, key);
        Text(output, 2, value);
    });

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true)) write(output);
        return buffer.ToArray();
    }

    private static void Varint(CodedOutputStream output, int field, long value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt64(value);
    }

    private static void Single(CodedOutputStream output, int field, float value)
    {
        output.WriteTag(field, WireFormat.WireType.Fixed32);
        output.WriteFloat(value);
    }

    private static void Text(CodedOutputStream output, int field, string value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(value);
    }

    private static void Bytes(CodedOutputStream output, int field, byte[] value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(UnsafeByteOperations.UnsafeWrap(value));
    }
}
