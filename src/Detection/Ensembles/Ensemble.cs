using EventSourcedAnomaly.Detection.Ensembles;
using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Several algorithms judging together: each is fitted to the same standardised rows, their scores are made comparable and combined.
/// The default members look at a row from three distances, the whole table (isolation forest), its region (INNE) and its neighbours
/// (KNN), and a row is as anomalous as the member that ranks it highest says: the others may be blind to it.
/// </summary>
public sealed class Ensemble : Detector
{
    private static readonly string[] DefaultMembers = ["IsolationForest", "INNE", "KNN"];

    private Standardizer _standardizer = new([], []);
    private readonly Detector[] _members;
    private readonly double[] _weights;
    private ScoreUnification[] _unifications = [];
    private Combination _combination = null!;
    private LocalSelection? _selection;

    private Ensemble(AlgorithmInfo definition, ParameterSet parameters, int seed) : base(definition, parameters, seed)
    {
        var chosen = parameters["base_estimators"] switch
        {
            EnsembleMember[] members => members,
            string[] names => Array.ConvertAll(names, EnsembleMember.Of),
            _ => [],
        };
        if (chosen.Length == 0) throw new ParameterException("base_estimators", "at least one algorithm", "[]");
        _weights = parameters["weights"] as double[] ?? Array.ConvertAll(chosen, m => m.Weight);
        if (_weights.Length != chosen.Length || !(_weights.Sum() > 0))
            throw new ParameterException(
                "weights", $"{chosen.Length} weights, one per member and not all 0", $"[{string.Join(", ", _weights)}]");
        _members = [.. chosen.Select(Create)];
    }

    /// <summary>Members of one algorithm differ by their seeds.</summary>
    private Detector Create(EnsembleMember member, int index)
    {
        try
        {
            return Algorithms.Create(member.Algorithm, member.Hyperparameters, Seed + index);
        }
        catch (ParameterException refused)
        {
            throw new ParameterException(
                $"base_estimators[{index}].hyperparameters.{refused.Parameter}", refused.Expected, refused.Value);
        }
    }

    /// <param name="candidates">The algorithms that may be members.</param>
    internal static AlgorithmInfo Define(IReadOnlyList<AlgorithmInfo> candidates)
    {
        AlgorithmInfo? definition = null;
        definition = new AlgorithmInfo("Ensemble", ["ensemble", "AveragingEnsemble"], "ensemble",
        [
            new("base_estimators", ParameterKind.MemberList, DefaultMembers,
                "The members: algorithms, or objects with algorithm, hyperparameters and weight.")
            {
                Choices = [.. candidates.Select(c => c.Name)],
            },
            Parameter.Choice("combination", "maximization", ["average", "maximization", "median", "aom", "moa", "lscp"],
                "How scores are combined: over all members, over groups of them, or by the locally best member (lscp)."),
            Parameter.Choice("unification", "rank", ["rank", "z", "unify"], "How scores are made comparable."),
            new("weights", ParameterKind.NumberList | ParameterKind.Null,
                null, "Weight of each member in the average; null for equal ones.")
            {
                Numbers = new(0, double.PositiveInfinity),
            },
            Parameter.Integer("n_buckets", 3, 1, "Groups of aom and moa.", 1_000),
            Parameter.Boolean("standardization", value: true, "Scale features to mean 0 and standard deviation 1 first."),
            Parameter.Contamination,
            Parameter.RandomState,
            Parameter.Jobs,
        ])
        { Make = (parameters, seed) => new Ensemble(definition!, parameters, seed) };
        return definition;
    }

    /// <inheritdoc/>
    public override bool ScoresTrainingRowsApart => true;

    /// <summary>The fitted members, in the order of <c>base_estimators</c>.</summary>
    public IReadOnlyList<Detector> Members => _members;

    private protected override int BlockRows => 256;

    private protected override double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct)
    {
        _standardizer = Parameters.Boolean("standardization")
            ? Standardizer.Fit(x)
            : Standardizer.None(x.Columns);
        var z = _standardizer.Transform(x);
        for (var m = 0; m < _members.Length; m++)
        {
            _members[m].MaxDegreeOfParallelism = MaxDegreeOfParallelism;
            _members[m].Fit(z, progress: null, ct);
            progress?.Report((m + 1.0) / _members.Length);
        }
        Assemble();
        var unified = UnifiedTrainingScores(x.Rows);
        _selection = Parameters.Is("combination", "lscp") ? new LocalSelection(z, unified, _members.Length) : null;
        return CombineTraining(z, unified, ct);
    }

    private double[] CombineTraining(Matrix z, double[] unified, CancellationToken ct)
    {
        var scores = new double[z.Rows];
        RowBlocks.ForEach(z.Rows, BlockRows, MaxDegreeOfParallelism, ct, (first, count) =>
        {
            for (var i = first; i < first + count; i++) scores[i] = Combine(z.Row(i), unified.AsSpan(i * _members.Length, _members.Length));
        });
        return scores;
    }

    private void Assemble()
    {
        _unifications = Array.ConvertAll(_members, m => new ScoreUnification(Parameters.Text("unification"), m));
        _combination = new Combination(
            Parameters.Text("combination"), _members.Length, Parameters.Integer("n_buckets"), _weights, Seed);
    }

    private double[] UnifiedTrainingScores(int rows)
    {
        var unified = new double[rows * _members.Length];
        for (var m = 0; m < _members.Length; m++)
        {
            var raw = _members[m].DecisionScoresSpan;
            for (var i = 0; i < rows; i++) unified[i * _members.Length + m] = _unifications[m].Of(raw[i]);
        }
        return unified;
    }

    private double Combine(ReadOnlySpan<double> row, ReadOnlySpan<double> unified) =>
        _selection?.Of(row, unified) ?? _combination.Of(unified);

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores)
    {
        var features = rows.Length / scores.Length;
        using var z = new PooledBuffer<double>(rows.Length);
        _standardizer.Transform(rows, z.Span);
        using var raw = new PooledBuffer<double>(_members.Length * scores.Length);
        for (var m = 0; m < _members.Length; m++) _members[m].DecisionFunction(z.Span, raw.Span.Slice(m * scores.Length, scores.Length));
        using var unified = new PooledBuffer<double>(_members.Length);
        for (var i = 0; i < scores.Length; i++)
        {
            for (var m = 0; m < _members.Length; m++) unified.Span[m] = _unifications[m].Of(raw.Span[m * scores.Length + i]);
            scores[i] = Combine(z.Span.Slice(i * features, features), unified.Span);
        }
    }

    private protected override void WriteModel(ModelWriter writer)
    {
        writer.Array(_standardizer.Mean);
        writer.Array(_standardizer.Scale);
        foreach (var member in _members) writer.Bytes(member.ToBytes());
        writer.Int(_selection is null ? 0 : 1);
        _selection?.Write(writer);
    }

    private protected override void ReadModel(ref ModelReader reader)
    {
        _standardizer = new Standardizer(reader.Array<double>(), reader.Array<double>());
        for (var m = 0; m < _members.Length; m++) _members[m] = FromBytes(reader.Bytes());
        Assemble();
        if (reader.Int() == 1) _selection = LocalSelection.Read(ref reader, _members.Length);
    }
}
