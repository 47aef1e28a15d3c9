using EventSourcedAnomaly.Detection.ML.Boosting;
using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.ML;

/// <summary>
/// XGBOD (Zhao, Hryniewicki 2018): the scores of unsupervised detectors stand beside a row's features, and gradient-boosted trees learn
/// from both which rows are anomalies. A raw score is the trees' margin; above 0, the automatic threshold, an anomaly is the likelier.
/// The scores of the training rows are cross-fitted over stratified folds: the detectors and the trees that score a fold were fitted
/// without it.
/// </summary>
public sealed class Xgbod : SupervisedDetector
{
    private static readonly string[] DefaultMembers = ["IsolationForest", "KNN", "LocalOutlierFactor", "HBOS", "ECOD"];

    internal static AlgorithmInfo Definition { get; } = new(
        "XGBOD", ["ExtremeBoostingOutlierDetection", "extreme_boosting_outlier_detection"], "supervised",
    [
        new("base_estimators", ParameterKind.MemberList, DefaultMembers,
            "The unsupervised detectors: algorithms, or objects with algorithm and hyperparameters.")
        {
            Choices = [.. Algorithms.All.Where(a => a.Family is not ("neural" or "ensemble")).Select(a => a.Name)],
        },
        Parameter.Integer("n_estimators", 100, 1, "Boosted trees.", 10_000),
        Parameter.Number("learning_rate", 0.1, new(0, 1, MinimumOpen: true), "How much each tree corrects those before it."),
        Parameter.Integer("max_leaves", 8, 2, "The most leaves of a tree.", 1_024),
        Parameter.Integer("min_child_samples", 5, 1, "The fewest rows in a leaf.", 100_000),
        Parameter.Number("colsample_bytree", 1, new(0, 1, MinimumOpen: true), "Share of the features that each tree may use."),
        Parameter.Integer("n_folds", 5, 2, "Folds of the cross-fitting, at most the rows of the rarer class.", 20),
        Parameter.AutomaticContamination,
        Parameter.RandomState,
        Parameter.Jobs,
    ])
    { Make = (parameters, seed) => new Xgbod(parameters, seed), IsSupervised = true };

    private readonly EnsembleMember[] _chosen;
    private StackedModel _model = null!;

    private Xgbod(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
        _chosen = parameters["base_estimators"] switch
        {
            EnsembleMember[] members => members,
            string[] names => Array.ConvertAll(names, EnsembleMember.Of),
            _ => [],
        };
        if (_chosen.Length == 0) throw new ParameterException("base_estimators", "at least one algorithm", "[]");
        _ = CreateMembers();
    }

    /// <summary>The fitted unsupervised detectors, in the order of <c>base_estimators</c>.</summary>
    public IReadOnlyList<Detector> Members => Fitted(_model).Members;

    private protected override double? AutomaticThreshold => 0;

    private protected override int BlockRows => 256;

    private BoostingSettings Settings => new(
        Parameters.Integer("n_estimators"), Parameters.Integer("max_leaves"), Parameters.Integer("min_child_samples"),
        Parameters.Number("learning_rate"), Parameters.Number("colsample_bytree"), Seed);

    private protected override double[] Learn(Matrix x, int[] labels, IProgress<double>? progress, CancellationToken ct)
    {
        var anomalies = labels.Sum();
        var folds = Math.Min(Parameters.Integer("n_folds"), Math.Min(anomalies, labels.Length - anomalies));
        var fold = StratifiedFolds.Of(labels, folds, Seed);
        var scores = new double[x.Rows];
        for (var k = 0; k < folds; k++)
        {
            var held = Rows(fold, f => f == k);
            var others = Rows(fold, f => f != k);
            var model = StackedModel.Fit(
                CreateMembers(), x.SelectRows(others), Array.ConvertAll(others, i => labels[i]), Settings, MaxDegreeOfParallelism, ct);
            var rows = x.SelectRows(held);
            var margins = new double[held.Length];
            RowBlocks.ForEach(held.Length, BlockRows, MaxDegreeOfParallelism, ct,
                (first, count) => model.Score(rows.RowRange(first, count), margins.AsSpan(first, count)));
            for (var i = 0; i < held.Length; i++) scores[held[i]] = margins[i];
            progress?.Report((k + 1.0) / (folds + 1));
        }
        _model = StackedModel.Fit(CreateMembers(), x, labels, Settings, MaxDegreeOfParallelism, ct);
        return scores;
    }

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores) => _model.Score(rows, scores);

    private protected override void WriteModel(ModelWriter writer) => _model.Write(writer);

    private protected override void ReadModel(ref ModelReader reader) => _model = StackedModel.Read(ref reader, FeatureCount);

    private static int[] Rows(int[] fold, Predicate<int> belongs) => [.. Enumerable.Range(0, fold.Length).Where(i => belongs(fold[i]))];

    /// <summary>Members of one algorithm differ by their seeds.</summary>
    private Detector[] CreateMembers() => [.. _chosen.Select((member, index) =>
    {
        try
        {
            return Algorithms.Create(member.Algorithm, member.Hyperparameters, Seed + index);
        }
        catch (ParameterException refused)
        {
            throw new ParameterException($"base_estimators[{index}].hyperparameters.{refused.Parameter}", refused.Expected, refused.Value);
        }
    })];
}
