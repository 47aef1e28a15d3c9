using System.CommandLine;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Detection.ML;
using EventSourcedAnomaly.Detection.Streaming;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary><c>esa algorithms</c>: names, aliases and hyper-parameters.</summary>
internal static class AlgorithmsCommand
{
    public static Command Create()
    {
        var command = new Command("algorithms", "List the algorithms and their hyper-parameters.");
        command.SetAction(_ =>
        {
            Console.WriteLine("Tables (evaluate, score)");
            foreach (var a in MachineLearningAlgorithms.Catalog.All)
                Write(a.Name, a.Family + (a.HasOnnxForm ? ", exports to ONNX" : ""), a.Aliases, a.Parameters);
            Console.WriteLine("Streams (stream)");
            foreach (var a in StreamingAlgorithms.All) Write(a.Name, a.Family, a.Aliases, a.Parameters);
            Console.WriteLine("Drift in streams");
            foreach (var a in DriftAlgorithms.All) Write(a.Name, "drift", a.Aliases, a.Parameters);
        });
        return command;
    }

    private static void Write(string name, string family, IReadOnlyList<string> aliases, IReadOnlyList<ParameterInfo> parameters)
    {
        Console.WriteLine($"{name} ({family}){(aliases.Count > 0 ? ", also " : "")}{string.Join(", ", aliases)}");
        foreach (var parameter in parameters)
            Console.WriteLine($"  {parameter.Name} = {Text(parameter.Default)}: {parameter.Expected}. {parameter.Description}");
    }

    private static string Text(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        System.Collections.IEnumerable list and not string => "[" + string.Join(", ", list.Cast<object>()) + "]",
        _ => $"{value}",
    };
}
