namespace EventSourcedAnomaly.Detection.Models;

/// <summary>The stored form of a <see cref="ParameterSet"/>: names, a kind each, values.</summary>
internal static class ParameterFormat
{
    private const int Null = 0, Integer = 1, Number = 2, Boolean = 3, Text = 4, Integers = 5, Texts = 6, Numbers = 7, Members = 8;

    public static void Write(ModelWriter writer, ParameterSet parameters)
    {
        writer.Int(parameters.Values.Count);
        foreach (var (name, value) in parameters.Values)
        {
            writer.Text(name);
            WriteValue(writer, value);
        }
    }

    public static ParameterSet Read(ref ModelReader reader, IReadOnlyList<ParameterInfo> parameters)
    {
        var values = new List<KeyValuePair<string, object?>>();
        for (var left = reader.Int(); left > 0; left--)
        {
            var name = reader.Text();
            var value = ReadValue(ref reader);
            // counts decide how much memory is taken before anything is read
            if (value is int count && parameters.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.Ordinal))
                is { Integers: { } range } parameter
                && !range.Contains(count))
                throw new InvalidDataException($"{name}: expected {parameter.Expected}, got {count}");
            values.Add(new(name, value));
        }
        return ParameterSet.Restore(parameters, values);
    }

    private static void WriteValue(ModelWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.Int(Null); break;
            case int whole: writer.Int(Integer); writer.Int(whole); break;
            case double number: writer.Int(Number); writer.Double(number); break;
            case bool flag: writer.Int(Boolean); writer.Int(flag ? 1 : 0); break;
            case string text: writer.Int(Text); writer.Text(text); break;
            case int[] list: writer.Int(Integers); writer.Array(list); break;
            case double[] list: writer.Int(Numbers); writer.Array(list); break;
            case string[] list:
                writer.Int(Texts);
                writer.Int(list.Length);
                foreach (var text in list) writer.Text(text);
                break;
            case EnsembleMember[] list:
                writer.Int(Members);
                writer.Int(list.Length);
                foreach (var member in list) writer.Text(member.ToString());
                break;
            default: throw new InvalidOperationException($"a parameter of type {value.GetType()} has no stored form");
        }
    }

    private static object? ReadValue(ref ModelReader reader)
    {
        switch (reader.Int())
        {
            case Null: return null;
            case Integer: return reader.Int();
            case Number: return reader.Double();
            case Boolean: return reader.Int() != 0;
            case Text: return reader.Text();
            case Integers: return reader.Array<int>();
            case Numbers: return reader.Array<double>();
            case Texts: return List(ref reader);
            case Members: return Array.ConvertAll(List(ref reader), EnsembleMember.Parse);
            case var kind: throw new InvalidDataException($"unknown kind of parameter: {kind}");
        }
    }

    private static string[] List(ref ModelReader reader)
    {
        var list = new string[reader.Count(sizeof(int))];
        for (var i = 0; i < list.Length; i++) list[i] = reader.Text();
        return list;
    }
}
