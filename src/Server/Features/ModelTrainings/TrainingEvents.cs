using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings;

/// <summary>Somebody asked for a training; the event holds all it takes to repeat it.</summary>
/// <param name="Id">The training's id.</param>
/// <param name="DetectorId">The detector that is to get the model.</param>
/// <param name="DatasetId">What to learn from.</param>
/// <param name="Algorithm">The algorithm's own name.</param>
/// <param name="Parameters">Its hyper-parameters.</param>
/// <param name="Seed">The seed of all randomness.</param>
/// <param name="ConfigurationVersion">Which of the detector's configurations this is.</param>
/// <param name="Options">How to train.</param>
/// <param name="EstimatedSeconds">How long it is expected to take.</param>
/// <param name="RequestedAt">When.</param>
public sealed record TrainingRequested(
    string Id,
    string DetectorId,
    string DatasetId,
    string Algorithm,
    IReadOnlyDictionary<string, JsonElement> Parameters,
    int Seed,
    int ConfigurationVersion,
    TrainingOptions Options,
    double EstimatedSeconds,
    DateTimeOffset RequestedAt) : IDomainEvent;

/// <summary>How to train.</summary>
/// <param name="ValidationSplit">The share of rows kept from fitting to judge the model by, from 0 to below 1.</param>
/// <param name="Folds">The folds of a cross-validation, or 0 for none.</param>
/// <param name="EarlyStopping">When to stop training by epochs early.</param>
/// <param name="Preprocessing">What becomes of the cells; null as of old, when only numbers were learned from.</param>
public sealed record TrainingOptions(double ValidationSplit, int Folds, EarlyStopping? EarlyStopping,
    PreprocessingOptions? Preprocessing = null)
{
    internal PreprocessingOptions Prepared => Preprocessing ?? new PreprocessingOptions(Encode: "none", Time: "none");
}

/// <summary>Stops when a metric has not improved for some epochs.</summary>
public sealed record EarlyStopping(bool Enabled, int Patience, string Metric);

/// <summary>A silo took the work up; a second time when the first did not survive.</summary>
public sealed record TrainingStarted(DateTimeOffset StartedAt) : IDomainEvent;

/// <summary>The work has come this far.</summary>
/// <param name="Progress">From 0 to 1, never less than before.</param>
/// <param name="Step">loading, fitting, validation, cross_validation or saving.</param>
/// <param name="Metrics">What is known of the model so far.</param>
/// <param name="ProgressedAt">When.</param>
public sealed record TrainingProgressed(double Progress, string Step, ClassificationMetrics Metrics, DateTimeOffset ProgressedAt)
    : IDomainEvent;

/// <summary>The model is made and in service.</summary>
/// <param name="ModelSha256">Of its bytes, in hex.</param>
/// <param name="Rows">How many rows it learned from.</param>
/// <param name="Cells">How many numbers these rows hold.</param>
/// <param name="LeftOut">Columns that were not used, with the reason.</param>
/// <param name="Metrics">Its quality on the rows it was judged by.</param>
/// <param name="CrossValidation">What the cross-validation gave.</param>
/// <param name="TrainingSeconds">How long fitting took.</param>
/// <param name="CompletedAt">When.</param>
public sealed record TrainingCompleted(
    string ModelSha256,
    long Rows,
    long Cells,
    IReadOnlyDictionary<string, string> LeftOut,
    ClassificationMetrics Metrics,
    CrossValidationMetrics? CrossValidation,
    double TrainingSeconds,
    DateTimeOffset CompletedAt) : IDomainEvent;

/// <summary>The area under the ROC curve on each fold; null on a fold without both kinds of label.</summary>
public sealed record CrossValidationMetrics(IReadOnlyList<double?> FoldAuc, double? MeanAuc, double? StdAuc);

/// <summary>The work cannot be done, and why.</summary>
public sealed record TrainingFailed(string Reason, DateTimeOffset FailedAt) : IDomainEvent;

/// <summary>Somebody called the work off.</summary>
public sealed record TrainingCancelled(DateTimeOffset CancelledAt) : IDomainEvent;
