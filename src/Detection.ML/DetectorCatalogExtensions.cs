using System.Text.Json;
using Trainers = Microsoft.ML.AnomalyDetectionCatalog.AnomalyDetectionTrainers;

namespace EventSourcedAnomaly.Detection.ML;

/// <summary>
/// The detectors beside ML.NET's own trainers:
/// <c>mlContext.AnomalyDetection.Trainers.IsolationForest(parameters: new { n_estimators = 200 })</c>.
/// Hyper-parameters have the names that scikit-learn and PyOD give them; what is not named has its default.
/// </summary>
public static class DetectorCatalogExtensions
{
    private const string Features = "Features";
    private const string Label = "Label";

    /// <summary>Any algorithm of <see cref="MachineLearningAlgorithms.Catalog"/> by its name or an alias.</summary>
    /// <param name="trainers">ML.NET's trainers of detectors.</param>
    /// <param name="algorithm">The algorithm.</param>
    /// <param name="featureColumnName">The column of features: a vector of Single or Double.</param>
    /// <param name="labelColumnName">The column of Boolean labels, which only a supervised algorithm reads.</param>
    /// <param name="parameters">An object, or a dictionary of JSON, with the hyper-parameters that differ from their defaults.</param>
    /// <param name="seed">Seed of every random choice unless <c>random_state</c> is given.</param>
    /// <param name="progress">Told shares from 0 to 1 while a detector is fitted.</param>
    /// <param name="cancellationToken">Stops the fit.</param>
    /// <exception cref="ParameterException">The algorithm or a hyper-parameter is unknown, or a value is not accepted.</exception>
    /// <exception cref="NotSupportedException">The algorithm scores points in time, which a row-by-row mapping cannot.</exception>
    public static DetectorTrainer Detector(
        this Trainers trainers, string algorithm, string featureColumnName = Features, string labelColumnName = Label,
        object? parameters = null, int seed = 0, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trainers);
        var given = Given(parameters);
        return new DetectorTrainer(
            () => MachineLearningAlgorithms.Catalog.Create(algorithm, given, seed), featureColumnName, labelColumnName, progress,
            cancellationToken);
    }

    /// <summary>Isolation forest (Liu, Ting, Zhou 2008).</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer IsolationForest(
        this Trainers trainers, string featureColumnName = Features, object? parameters = null, int seed = 0,
        CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "IsolationForest", featureColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    /// <summary>Extended isolation forest (Hariri, Carrasco Kind, Brunner 2019).</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer ExtendedIsolationForest(
        this Trainers trainers, string featureColumnName = Features, object? parameters = null, int seed = 0,
        CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "ExtendedIsolationForest", featureColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    /// <summary>Local outlier factor (Breunig, Kriegel, Ng, Sander 2000).</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer LocalOutlierFactor(
        this Trainers trainers, string featureColumnName = Features, object? parameters = null, int seed = 0,
        CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "LocalOutlierFactor", featureColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    /// <summary>Distance to the nearest neighbours (Ramaswamy, Rastogi, Shim 2000).</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer Knn(
        this Trainers trainers, string featureColumnName = Features, object? parameters = null, int seed = 0,
        CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "KNN", featureColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    /// <summary>Cluster-based local outlier factor (He, Xu, Deng 2003).</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer Cblof(
        this Trainers trainers, string featureColumnName = Features, object? parameters = null, int seed = 0,
        CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "CBLOF", featureColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    /// <summary>Isolation by nearest-neighbour ensembles (Bandaragoda et al. 2018).</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer Inne(
        this Trainers trainers, string featureColumnName = Features, object? parameters = null, int seed = 0,
        CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "INNE", featureColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    /// <summary>One-class support vector machine (Schölkopf et al. 2001).</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer OneClassSvm(
        this Trainers trainers, string featureColumnName = Features, object? parameters = null, int seed = 0,
        CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "OneClassSVM", featureColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    /// <summary>Empirical cumulative distributions (Li et al. 2022).</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer Ecod(
        this Trainers trainers, string featureColumnName = Features, object? parameters = null, int seed = 0,
        CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "ECOD", featureColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    /// <summary>Copula-based outlier detection (Li et al. 2020).</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer Copod(
        this Trainers trainers, string featureColumnName = Features, object? parameters = null, int seed = 0,
        CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "COPOD", featureColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    /// <summary>Histogram-based outlier score (Goldstein, Dengel 2012).</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer Hbos(
        this Trainers trainers, string featureColumnName = Features, object? parameters = null, int seed = 0,
        CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "HBOS", featureColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    /// <summary>Lightweight on-line detector of anomalies (Pevný 2016).</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer Loda(
        this Trainers trainers, string featureColumnName = Features, object? parameters = null, int seed = 0,
        CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "LODA", featureColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    /// <summary>Kernel density estimate.</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer KernelDensity(
        this Trainers trainers, string featureColumnName = Features, object? parameters = null, int seed = 0,
        CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "KDE", featureColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    /// <summary>Principal component detector (Shyu, Chen, Sarinnapakorn, Chang 2003).</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer Pca(
        this Trainers trainers, string featureColumnName = Features, object? parameters = null, int seed = 0,
        CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "PCA", featureColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    /// <summary>Minimum covariance determinant (Rousseeuw, Van Driessen 1999).</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer MinCovDet(
        this Trainers trainers, string featureColumnName = Features, object? parameters = null, int seed = 0,
        CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "MinCovDet", featureColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    /// <summary>Autoencoder, by the distance of a row from its reconstruction.</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer AutoEncoder(
        this Trainers trainers, string featureColumnName = Features, object? parameters = null, int seed = 0,
        CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "AutoEncoder", featureColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    /// <summary>Deep support vector data description (Ruff et al. 2018).</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer DeepSvdd(
        this Trainers trainers, string featureColumnName = Features, object? parameters = null, int seed = 0,
        CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "DeepSVDD", featureColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    /// <summary>Several algorithms together, their scores made comparable and combined.</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer DetectorEnsemble(
        this Trainers trainers, string featureColumnName = Features, object? parameters = null, int seed = 0,
        CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "Ensemble", featureColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    /// <summary>Randomised principal components (Halko, Martinsson, Tropp 2011) of standardised rows.</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer StandardizedRandomizedPca(
        this Trainers trainers, string featureColumnName = Features, object? parameters = null, int seed = 0,
        CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "RandomizedPCA", featureColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    /// <summary>Unsupervised scores as features of boosted trees (Zhao, Hryniewicki 2018), for labelled rows.</summary>
    /// <inheritdoc cref="Detector"/>
    public static DetectorTrainer Xgbod(
        this Trainers trainers, string featureColumnName = Features, string labelColumnName = Label, object? parameters = null,
        int seed = 0, CancellationToken cancellationToken = default) =>
        trainers.Detector(
            "XGBOD", featureColumnName, labelColumnName: labelColumnName, parameters: parameters, seed: seed,
            cancellationToken: cancellationToken);

    private static IReadOnlyDictionary<string, JsonElement>? Given(object? parameters) => parameters switch
    {
        null => null,
        IReadOnlyDictionary<string, JsonElement> given => given,
        _ => JsonSerializer.SerializeToElement(parameters).EnumerateObject()
            .ToDictionary(p => p.Name, p => p.Value.Clone(), StringComparer.Ordinal),
    };
}
