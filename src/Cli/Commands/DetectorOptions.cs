using System.CommandLine;
using EventSourcedAnomaly.Detection;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary>The arguments that name a table and a detector, shared by the commands that fit one.</summary>
internal sealed class DetectorOptions
{
    private readonly Argument<FileInfo> _data = new("data") { Description = "CSV file with a header line and numeric columns." };

    private readonly Option<string> _algorithm = new("--algorithm")
    {
        Description = "Algorithm; `esa algorithms` lists them.",
        DefaultValueFactory = _ => "IsolationForest",
    };

    private readonly ParameterOption _parameters = new();

    private readonly Option<string[]> _ignored = new("--ignore") { Description = "Column that is no feature; may be given several times." };

    private readonly Option<bool> _standardize = new("--standardize")
    {
        Description = "Scale columns to mean 0 and population standard deviation 1 first.",
    };

    private readonly Option<int?> _fitRows = new("--fit-rows") { Description = "Fit on a random sample of this many rows." };

    private readonly Option<int> _seed = new("--seed") { Description = "Seed of every random choice.", DefaultValueFactory = _ => 0 };

    public void AddTo(Command command)
    {
        command.Arguments.Add(_data);
        Option[] options = [_algorithm, _parameters.Option, _ignored, _standardize, _fitRows, _seed];
        foreach (var option in options) command.Options.Add(option);
    }

    public string Data(ParseResult arguments) => arguments.GetRequiredValue(_data).FullName;

    public int Seed(ParseResult arguments) => arguments.GetValue(_seed);

    public string[] Ignored(ParseResult arguments) => arguments.GetValue(_ignored) ?? [];

    public Detector CreateDetector(ParseResult arguments) =>
        Algorithms.Create(arguments.GetValue(_algorithm)!, _parameters.Values(arguments), Seed(arguments));

    public FitPlan Plan(ParseResult arguments) => new(arguments.GetValue(_standardize), arguments.GetValue(_fitRows), Seed(arguments));
}
