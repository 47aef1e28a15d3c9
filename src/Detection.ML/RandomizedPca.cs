using System.Numerics.Tensors;
using EventSourcedAnomaly.Detection.Models;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace EventSourcedAnomaly.Detection.ML;

/// <summary>
/// The components that explain most of the variance, found by random projection (Halko, Martinsson, Tropp 2011) with ML.NET's trainer. A
/// row's score is its Mahalanobis distance in the model of probabilistic PCA (Tipping, Bishop 1999): along the components in units of
/// their variance, and outside of them in units of what is left of it, so that neither an outlier within their space nor one off it is
/// missed. Unlike <see cref="Pca"/> it never forms the covariance of all features, so that it suits very wide tables.
/// </summary>
public sealed class RandomizedPca : Detector
{
    internal static AlgorithmInfo Definition { get; } = new(
        "RandomizedPCA", ["randomized_pca", "RandomizedPrincipalComponentAnalysis"], "linear",
    [
        new("n_components", ParameterKind.Integer | ParameterKind.Null, null,
            "Components to keep, fewer than features; null for half of the features, at most 20.") { Integers = new(1, 10_000) },
        Parameter.Integer("n_oversamples", 20, 0, "Random vectors beyond the components; more of them find the components better.", 10_000),
        Parameter.Choice("score", "mahalanobis", ["mahalanobis", "distance", "share"],
            "The Mahalanobis distance, the distance from the components' space, or that as a share of the row's length, ML.NET's score."),
        Parameter.Boolean("center", value: true, "Whether the mean is taken off first."),
        Parameter.Boolean("standardization", value: true, "Scale features to mean 0 and standard deviation 1 first."),
        Parameter.Contamination,
        Parameter.RandomState,
        Parameter.Jobs,
    ])
    { Make = (parameters, seed) => new RandomizedPca(parameters, seed) };

    private Standardizer _standardizer = new([], []);
    private double[] _mean = [];
    private Matrix _components = new(0, 0, []);
    private double[] _variances = [];
    private double _noise = 1;
    private readonly bool _isShare;
    private readonly bool _isDistance;

    private RandomizedPca(ParameterSet parameters, int seed) : base(Definition, parameters, seed) =>
        (_isShare, _isDistance) = (parameters.Is("score", "share"), parameters.Is("score", "distance"));

    /// <summary>The components, one a row, orthonormal, in the space of the standardised features.</summary>
    public Matrix Components => Fitted(_components);

    private protected override double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct)
    {
        _standardizer = Parameters.Boolean("standardization") ? Standardizer.Fit(x) : Scaled(x);
        var z = _standardizer.Transform(x);
        progress?.Report(0.2);
        ct.ThrowIfCancellationRequested();
        (_mean, _components) = Train(z, ct);
        (_variances, _noise) = Variances(z);
        progress?.Report(0.8);
        return ScoreRows(x, ct);
    }

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores)
    {
        var features = _mean.Length;
        using var buffer = new PooledBuffer<double>(features);
        var z = buffer.Span;
        for (var i = 0; i < scores.Length; i++)
        {
            _standardizer.Transform(rows.Slice(i * features, features), z);
            TensorPrimitives.Subtract(z, _mean, z);
            scores[i] = Score(z);
        }
    }

    private protected override void WriteModel(ModelWriter writer)
    {
        writer.Array(_standardizer.Mean);
        writer.Array(_standardizer.Scale);
        writer.Array(_mean);
        writer.Table(_components);
        writer.Array(_variances);
        writer.Double(_noise);
    }

    private protected override void ReadModel(ref ModelReader reader)
    {
        _standardizer = new Standardizer(reader.Array<double>(), reader.Array<double>());
        _mean = reader.Array<double>();
        _components = reader.Table();
        _variances = reader.Array<double>();
        _noise = reader.Double();
        if (_mean.Length != FeatureCount || _components.Columns != FeatureCount || _variances.Length != _components.Rows
            || _standardizer.Mean.Length != FeatureCount || _standardizer.Scale.Length != FeatureCount)
            throw new InvalidDataException($"expected components of {FeatureCount} features, got {_components.Columns}");
    }

    /// <summary>The share does not change with the unit of length, and a common one keeps every number within float32.</summary>
    private static Standardizer Scaled(Matrix x)
    {
        var greatest = Math.Abs(TensorPrimitives.MaxMagnitude(x.Values));
        return new Standardizer(new double[x.Columns], [.. Enumerable.Repeat(greatest > 0 ? greatest : 1, x.Columns)]);
    }

    private (double[] Mean, Matrix Components) Train(Matrix z, CancellationToken ct)
    {
        var rank = Math.Min(Parameters["n_components"] as int? ?? Math.Min(20, z.Columns / 2), Math.Min(z.Rows, z.Columns) - 1);
        // what does not vary has no components, and the trainer none to give
        if (rank < 1 || Enumerable.Range(1, z.Rows - 1).All(i => z.Row(i).SequenceEqual(z.Row(0)))) return WithoutComponents(z);
        var oversampling = Math.Min(Parameters.Integer("n_oversamples"), Math.Max(0, Math.Min(z.Rows, z.Columns) - rank));
        var model = Train(z, rank, oversampling, ct);
        while (model is null && rank > 1)
        {
            (rank, oversampling) = oversampling > 0 ? (rank, 0) : (rank / 2, 0);
            model = Train(z, rank, oversampling, ct);
        }
        if (model is null) return WithoutComponents(z);
        VBuffer<float>[] vectors = [];
        model.GetEigenVectors(ref vectors, out _);
        var mean = default(VBuffer<float>);
        model.GetMean(ref mean);
        return (Parameters.Boolean("center") ? Widened(mean) : new double[z.Columns], Orthonormal(vectors, z.Columns));
    }

    private (double[] Mean, Matrix Components) WithoutComponents(Matrix z)
    {
        var mean = new double[z.Columns];
        if (Parameters.Boolean("center"))
        {
            for (var i = 0; i < z.Rows; i++) TensorPrimitives.MultiplyAdd(z.Row(i), 1.0 / z.Rows, mean, mean);
        }
        return (mean, new Matrix(0, z.Columns, []));
    }

    /// <summary>Null where rows span fewer dimensions than are asked for: the trainer divides by zero and refuses its result.</summary>
    private PcaModelParameters? Train(Matrix z, int rank, int oversampling, CancellationToken ct)
    {
        var ml = new MLContext(Seed);
        var trainer = ml.AnomalyDetection.Trainers.RandomizedPca(new RandomizedPcaTrainer.Options
        {
            FeatureColumnName = TrainingRow.FeaturesName,
            Rank = rank,
            Oversampling = oversampling,
            EnsureZeroMean = Parameters.Boolean("center"),
            Seed = Seed,
        });
        try
        {
            return trainer.Fit(TrainingRow.Load(ml, z, [], ct)).Model;
        }
        catch (ArgumentOutOfRangeException e) when (e.ParamName is "eigenVectors")
        {
            return null;
        }
        finally
        {
            ct.ThrowIfCancellationRequested();
        }
    }

    /// <summary>What the trainer gives in float32, made orthonormal in float64 (modified Gram-Schmidt), vanishing vectors apart.</summary>
    private static Matrix Orthonormal(VBuffer<float>[] vectors, int features)
    {
        const double Vanishing = 1e-3;
        var kept = new List<double[]>();
        foreach (var vector in vectors)
        {
            var direction = Widened(vector);
            foreach (var other in kept) TensorPrimitives.MultiplyAdd(other, -TensorPrimitives.Dot(direction, other), direction, direction);
            var length = TensorPrimitives.Norm(direction);
            if (!(length > Vanishing) || !double.IsFinite(length)) continue;
            TensorPrimitives.Divide(direction, length, direction);
            kept.Add(direction);
        }
        return kept.Count > 0 ? Matrix.FromRows(kept) : new Matrix(0, features, []);
    }

    private static double[] Widened(VBuffer<float> vector) => [.. vector.DenseValues().Select(value => (double)value)];

    /// <summary>Mean square along each component, and in each direction that is left; a floor keeps their inverses finite.</summary>
    private (double[] Along, double Noise) Variances(Matrix z)
    {
        var along = new double[_components.Rows];
        var rest = 0.0;
        var row = new double[z.Columns];
        for (var i = 0; i < z.Rows; i++)
        {
            TensorPrimitives.Subtract(z.Row(i), _mean, row);
            for (var c = 0; c < along.Length; c++)
            {
                var length = Remove(row, c);
                along[c] += length * length / z.Rows;
            }
            rest += Dot(row, row) / z.Rows;
        }
        var floor = Math.Max(1e-12 * (along.Sum() + rest) / z.Columns, 1e-300);
        return (Array.ConvertAll(along, v => Math.Max(v, floor)), Math.Max(rest / Math.Max(1, z.Columns - along.Length), floor));
    }

    private double Score(Span<double> z)
    {
        var greatest = Math.Abs(TensorPrimitives.MaxMagnitude(z));
        if (greatest <= 0) return 0;
        TensorPrimitives.Divide(z, greatest, z);
        var (whole, within) = (Dot(z, z), 0.0);
        for (var c = 0; c < _components.Rows; c++)
        {
            var length = Remove(z, c);
            within += length * length / _variances[c];
        }
        var rest = Dot(z, z);
        if (_isShare) return Math.Min(1, Math.Sqrt(rest / whole));
        return greatest * Math.Sqrt(_isDistance ? rest : within + rest / _noise);
    }

    /// <summary>Takes off what lies along a component, and says how much it was.</summary>
    private double Remove(Span<double> z, int component)
    {
        var direction = _components.Row(component);
        var length = Dot(z, direction);
        for (var f = 0; f < z.Length; f++) z[f] -= length * direction[f];
        return length;
    }

    /// <summary>Summed from the first feature to the last on every processor, so that scores are the same to the last bit.</summary>
    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
