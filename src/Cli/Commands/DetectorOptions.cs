using System.CommandLine;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Detection.ML;

namespace EventSourcedAnomaly.Cli.Commands;

/// <summary>The arguments that name a table and a detector, shared by the commands that fit one.</summary>
/// <param name="scales">Whether the columns can be scaled first; a detector that is kept in a file would not know of it.</param>
internal sealed class DetectorOptions(bool scales = true)
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
        command.Options.Add(_ignored);
        foreach (var option in OfTheFit) command.Options.Add(option);
    }

    /// <summary>The options that decide how the detector becomes what it is.</summary>
    private Option[] OfTheFit =>
        scales ? [_algorithm, _parameters.Option, _standardize, _fitRows, _seed] : [_algorithm, _parameters.Option, _fitRows, _seed];

    /// <summary>Refuses options of a fit beside a detector that is fitted already.</summary>
    /// <exception cref="ParameterException">One of them was given.</exception>
    public void RefuseFit(ParseResult arguments, string because)
    {
        if (Array.Find(OfTheFit, option => arguments.GetResult(option) is { Implicit: false }) is { } given)
            throw new ParameterException(given.Name, $"nothing beside {because}: that detector is fitted already", "a value");
    }

    public string Data(ParseResult arguments) => arguments.GetRequiredValue(_data).FullName;

    public int Seed(ParseResult arguments) => arguments.GetValue(_seed);

    public string[] Ignored(ParseResult arguments) => arguments.GetValue(_ignored) ?? [];

    public Detector CreateDetector(ParseResult arguments) =>
        MachineLearningAlgorithms.Catalog.Create(arguments.GetValue(_algorithm)!, _parameters.Values(arguments), Seed(arguments));

    public FitPlan Plan(ParseResult arguments) =>
        new(scales && arguments.GetValue(_standardize), arguments.GetValue(_fitRows), Seed(arguments));
}
