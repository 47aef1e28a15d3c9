using System.CommandLine;
using EventSourcedAnomaly.Detection;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary><c>esa algorithms</c>: names, aliases and hyper-parameters.</summary>
internal static class AlgorithmsCommand
{
    public static Command Create()
    {
        var command = new Command("algorithms", "List the algorithms and their hyper-parameters.");
        command.SetAction(_ =>
        {
            foreach (var algorithm in Algorithms.All) Write(algorithm);
        });
        return command;
    }

    private static void Write(AlgorithmInfo algorithm)
    {
        Console.WriteLine($"{algorithm.Name} ({algorithm.Family}), also {string.Join(", ", algorithm.Aliases)}");
        foreach (var parameter in algorithm.Parameters)
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
