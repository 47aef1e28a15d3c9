using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.ModelTrainings.Endpoints;

/// <summary>What the fields of a request to train may be; absent ones are not looked at.</summary>
internal static class TrainingFields
{
    private const int MaxFolds = 50;

    public static void ValidationSplit<T>(this IRuleBuilder<T, double?> rule) =>
        rule.Must(split => split is null or (>= 0 and < 1)).Expecting("a number from 0 to below 1", showing: true);

    public static void Preprocessing<T>(this IRuleBuilder<T, PreprocessingOptions?> rule) => rule.Custom((given, context) =>
    {
        var wanted = given ?? new PreprocessingOptions();
        Require("impute", wanted.Impute, PreprocessingOptions.Imputations);
        Require("encode", wanted.Encode, PreprocessingOptions.Encodings);
        Require("scale", wanted.Scale, PreprocessingOptions.Scalings);
        Require("time", wanted.Time, PreprocessingOptions.Times);

        void Require(string field, string value, string[] choices)
        {
            if (!choices.Contains(value))
            {
                context.Refuse($"preprocessing.{field}", $"one of: {string.Join(", ", choices)}", value);
            }
        }
    });

    /// <summary>
    /// How many folds a cross-validation has, 0 for none. The Platform contract says true and <c>cv_folds</c> beside it, the Reference
    /// contract an object.
    /// </summary>
    /// <exception cref="Problem">It is neither.</exception>
    public static int Folds(JsonElement? given, int? cvFolds)
    {
        var (enabled, folds) = given switch
        {
            null or { ValueKind: JsonValueKind.Null or JsonValueKind.False } => (false, cvFolds),
            { ValueKind: JsonValueKind.True } => (true, cvFolds),
            { ValueKind: JsonValueKind.Object } form => FromObject(form),
            { } other => throw Problem.Invalid("cross_validation", "true, false, or an object with enabled and folds", other.GetRawText()),
        };
        return (enabled, folds ?? 5) switch
        {
            (false, _) => 0,
            (true, >= 2 and <= MaxFolds and var count) => count,
            (_, var count) =>
                throw Problem.Invalid(cvFolds is null ? "cross_validation.folds" : "cv_folds", $"a whole number from 2 to {MaxFolds}",
                    count),
        };
    }

    private static (bool Enabled, int? Folds) FromObject(JsonElement form)
    {
        foreach (var member in form.EnumerateObject())
        {
            _ = (member.Name, member.Value.ValueKind) switch
            {
                ("enabled", JsonValueKind.True or JsonValueKind.False) => true,
                ("folds", JsonValueKind.Number) when member.Value.TryGetInt32(out var _) => true,
                ("enabled", _) => throw Problem.Invalid("cross_validation.enabled", "true or false", member.Value.GetRawText()),
                ("folds", _) => throw Problem.Invalid("cross_validation.folds", "a whole number", member.Value.GetRawText()),
                _ => throw new Problem(ProblemKind.Invalid, $"cross_validation.{member.Name}: unknown field.",
                    $"cross_validation.{member.Name}", "one of: enabled, folds"),
            };
        }

        return (
            !form.TryGetProperty("enabled", out var enabled) || enabled.GetBoolean(),
            form.TryGetProperty("folds", out var folds) ? folds.GetInt32() : null);
    }
}
