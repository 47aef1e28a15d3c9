using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Compute;

namespace EventSourcedAnomaly.Server.Features.Detections;

/// <summary>
/// Roughly how long an algorithm takes on one core, from measurements of each at 500 to 8,000 rows of 4 to 64 columns: good enough to tell
/// what can be answered at once, what is given a thread, and what belongs into a job.
/// </summary>
internal static class ComputeCost
{
    /// <summary>Computations below this are done where the request is: handing them over would cost more.</summary>
    private const double MaxSecondsInPlace = 0.002;

    private const double Nanosecond = 1e-9;

    // Nanoseconds for each pair of rows, for each pair and column, for each row, for each row and column, for each row and square of
    // columns.
    private static readonly IReadOnlyDictionary<string, (double Pair, double PairColumn, double Row, double Cell, double Square)> Fits =
        new Dictionary<string, (double, double, double, double, double)>(StringComparer.Ordinal)
        {
            ["KDE"] = (3, 0.25, 0, 0, 0),
            ["OneClassSVM"] = (8, 0.3, 0, 0, 0),
            ["KNN"] = (0.5, 0.1, 1000, 0, 0),
            ["LocalOutlierFactor"] = (0.8, 0.15, 15_000, 0, 0),
            ["Ensemble"] = (0.5, 0.1, 15_000, 0, 0),
            ["IsolationForest"] = (0, 0, 2500, 100, 0),
            ["ExtendedIsolationForest"] = (0, 0, 20_000, 2000, 0),
            ["CBLOF"] = (0, 0, 20_000, 500, 0),
            ["INNE"] = (0, 0, 20_000, 300, 0),
            ["LODA"] = (0, 0, 12_000, 100, 0),
            ["MinCovDet"] = (0, 0, 25_000, 0, 450),
            ["AutoEncoder"] = (0, 0, 20_000, 8000, 0),
            ["DeepSVDD"] = (0, 0, 120_000, 6000, 0),
            ["LSTMAutoencoder"] = (0, 0, 20_000_000, 100_000, 0),
        };

    private static readonly (double Pair, double PairColumn, double Row, double Cell, double Square) Otherwise = (0, 0, 1000, 200, 10);

    /// <summary>Seconds to fit a model to rows that it then judges.</summary>
    public static double OfFit(string algorithm, int rows, int columns) => Seconds(algorithm, rows, rows, columns, fits: true);

    /// <summary>Seconds to judge rows with a model that learned from so many.</summary>
    public static double OfScoring(string algorithm, long learned, int rows, int columns) =>
        Seconds(algorithm, learned, rows, columns, fits: false);

    /// <summary>Whether it is done before another thread would have taken it over.</summary>
    public static bool IsSmall(double seconds) => seconds < MaxSecondsInPlace;

    /// <summary>Refuses what would keep a caller waiting for too long, and says which way takes it.</summary>
    /// <exception cref="Problem">It would.</exception>
    public static void RequireInRequest(double seconds, string algorithm, int rows, string field)
    {
        if (seconds > Computation.MaxSecondsInRequest)
        {
            throw new Problem(
                ProblemKind.TooLarge,
                $"{field}: {algorithm} takes about {seconds:0} seconds for {rows:N0} rows, and a request has "
                + $"{Computation.MaxSecondsInRequest:0}. Upload the rows as a data set (POST /api/v1/datasets) and judge them by a batch "
                + "(POST /api/v1/batch/submit), or choose an algorithm whose time grows with the rows and not with their square.",
                field, $"rows that {algorithm} can judge within {Computation.MaxSecondsInRequest:0} seconds");
        }
    }

    private static double Seconds(string algorithm, double learned, double rows, double columns, bool fits)
    {
        var cost = Fits.GetValueOrDefault(algorithm, Otherwise);
        var pairs = learned * rows * (cost.Pair + (cost.PairColumn * columns));
        // A model judges a row for a small part of what it takes to learn from one, unless it compares it with all that it knows.
        var each = rows * (cost.Row + (cost.Cell * columns) + (cost.Square * columns * columns)) * (fits ? 1 : 0.3);
        return (pairs + each) * Nanosecond;
    }
}
