using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Numerics;
using EventSourcedAnomaly.Detection.Proximity;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Isolation by nearest-neighbour ensembles (Bandaragoda, Ting, Albrecht, Liu, Zhu, Wells 2018): every member puts a ball around each
/// of a few sampled rows, reaching to its nearest other; a row is isolated as far as the smallest ball that covers it is large
/// against the ball of its centre's neighbour, and wholly when no ball covers it.
/// </summary>
public sealed class Inne : Detector
{
    internal static AlgorithmInfo Definition { get; } = new("INNE", ["IsolationNearestNeighborEnsemble"], "proximity",
    [
        Parameter.Integer("n_estimators", 200, 1, "Members of the ensemble.", 10_000),
        new("max_samples", ParameterKind.Choice | ParameterKind.Integer | ParameterKind.Number, "auto",
            "Rows sampled by each member: a count, a share, or 'auto' for 8.")
        {
            Choices = ["auto"],
            Integers = new(2, 100_000),
            Numbers = new(0, 1, MinimumOpen: true),
        },
        Parameter.Contamination,
        Parameter.RandomState,
        Parameter.Jobs,
    ])
    { Make = (parameters, seed) => new Inne(parameters, seed) };

    private Matrix _centers = null!;
    private double[] _squaredRadius = [];
    private double[] _isolation = [];

    private Inne(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    private protected override double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct)
    {
        var members = Parameters.Integer("n_estimators");
        var samples = Math.Clamp(
            Parameters["max_samples"] switch { int count => count, double share => (int)(share * x.Rows), _ => 8 }, 1, x.Rows);
        var random = new RandomSource(Seed);
        var sampled = new List<int>(members * samples);
        for (var m = 0; m < members; m++) sampled.AddRange(random.Sample(x.Rows, samples));
        _centers = x.SelectRows([.. sampled]);
        _squaredRadius = new double[_centers.Rows];
        _isolation = new double[_centers.Rows];
        for (var m = 0; m < members; m++) MeasureBalls(m * samples, samples);
        return ScoreRows(x, ct);
    }

    private void MeasureBalls(int first, int count)
    {
        var nearest = new int[count];
        for (var a = 0; a < count; a++)
        {
            var least = double.PositiveInfinity;
            nearest[a] = a;
            for (var b = 0; b < count; b++)
            {
                if (a == b) continue;
                var square = KMeans.Square(_centers.Row(first + a), _centers.Row(first + b));
                if (square < least) (nearest[a], least) = (b, square);
            }
            _squaredRadius[first + a] = double.IsFinite(least) ? least : 0;
        }
        for (var a = 0; a < count; a++)
        {
            var own = _squaredRadius[first + a];
            _isolation[first + a] = own > 0 ? 1 - Math.Sqrt(_squaredRadius[first + nearest[a]] / own) : 0;
        }
    }

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores)
    {
        var features = _centers.Columns;
        for (var i = 0; i < scores.Length; i++) scores[i] = Score(rows.Slice(i * features, features));
    }

    private double Score(ReadOnlySpan<double> row)
    {
        var members = Parameters.Integer("n_estimators");
        var samples = _centers.Rows / members;
        var sum = 0.0;
        for (var m = 0; m < members; m++)
        {
            var (isolation, smallest) = (1.0, double.PositiveInfinity);
            for (var c = m * samples; c < (m + 1) * samples; c++)
            {
                if (_squaredRadius[c] >= smallest || KMeans.Square(row, _centers.Row(c)) > _squaredRadius[c]) continue;
                (isolation, smallest) = (_isolation[c], _squaredRadius[c]);
            }
            sum += isolation;
        }
        return sum / members;
    }

    private protected override void WriteModel(ModelWriter writer)
    {
        writer.Table(_centers);
        writer.Array(_squaredRadius);
        writer.Array(_isolation);
    }

    private protected override void ReadModel(ref ModelReader reader) =>
        (_centers, _squaredRadius, _isolation) = (reader.Table(), reader.Array<double>(), reader.Array<double>());
}
