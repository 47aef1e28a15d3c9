using EventSourcedAnomaly.Detection.Linear;
using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// Robust covariance, also known as the elliptic envelope: the raw score is the squared Mahalanobis distance under the minimum
/// covariance determinant estimate (Rousseeuw 1984; Rousseeuw and Van Driessen 1999), which up to half of the rows cannot spoil.
/// </summary>
public sealed class MinCovDet : Detector
{
    internal static AlgorithmInfo Definition { get; } = new(
        "MinCovDet", ["MCD", "EllipticEnvelope", "elliptic_envelope", "min_cov_det"], "linear",
    [
        new("support_fraction", ParameterKind.Number | ParameterKind.Null, null,
            "Share of the rows whose covariance is taken; null for the most robust.")
        {
            Numbers = new(0, 1, MinimumOpen: true),
        },
        Parameter.Contamination,
        Parameter.RandomState,
        Parameter.Jobs,
    ])
    { Make = (parameters, seed) => new MinCovDet(parameters, seed) };

    private Ellipsoid _ellipsoid = null!;

    private MinCovDet(ParameterSet parameters, int seed) : base(Definition, parameters, seed)
    {
    }

    private protected override double[] Learn(Matrix x, double[] center, IProgress<double>? progress, CancellationToken ct)
    {
        _ellipsoid = FastMinCovDet.Fit(x, Parameters["support_fraction"] as double?, new RandomSource(Seed), ct);
        return ScoreRows(x, ct);
    }

    private protected override void ScoreBlock(ReadOnlySpan<double> rows, Span<double> scores)
    {
        var features = _ellipsoid.Location.Length;
        for (var i = 0; i < scores.Length; i++) scores[i] = _ellipsoid.SquaredDistance(rows.Slice(i * features, features));
    }

    private protected override void WriteModel(ModelWriter writer)
    {
        writer.Array(_ellipsoid.Location);
        writer.Table(_ellipsoid.Whitening);
        writer.Double(_ellipsoid.LogDeterminant);
    }

    private protected override void ReadModel(ref ModelReader reader) =>
        _ellipsoid = new Ellipsoid(reader.Array<double>(), reader.Table(), reader.Double());
}
