using EventSourcedAnomaly.Server.Domain;
using FastEndpoints;
using FluentValidation;
using FluentValidation.Results;
using FluentValidation.Validators;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.Binding;

/// <summary>What a rule expected of a member, and what it got where the answer should show that.</summary>
internal sealed record Expectation(string Expected, object? Got = null);

/// <summary>Rules for requests that say in the product's words what was expected.</summary>
internal static class Validation
{
    /// <summary>Says what the rule expects.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="expected">What it expects.</param>
    /// <param name="showing">Whether the answer shows what it got.</param>
    public static IRuleBuilderOptions<T, TMember> Expecting<T, TMember>(this IRuleBuilderOptions<T, TMember> rule, string expected,
        bool showing = false) =>
        rule.WithState((_, got) => new Expectation(expected, showing ? got : null));

    /// <summary>One of some words, where there is any.</summary>
    public static IRuleBuilderOptions<T, string?> OneOf<T>(this IRuleBuilder<T, string?> rule, IReadOnlyCollection<string> words) =>
        rule.SetValidator(new OneOfValidator<T>(words)).Expecting($"one of: {string.Join(", ", words)}", showing: true);

    /// <summary>A text of some length that is not blank.</summary>
    public static IRuleBuilderOptions<T, string?> NotBlank<T>(this IRuleBuilder<T, string?> rule, int maxLength) =>
        rule.Must(text => text is null || (!string.IsNullOrWhiteSpace(text) && text.Length <= maxLength))
            .Expecting($"1 to {maxLength} characters");

    /// <summary>Refuses a member from within a custom rule.</summary>
    public static void Refuse<T>(this FluentValidation.ValidationContext<T> context, string field, string expected, object? got = null) =>
        context.AddFailure(new ValidationFailure(field, expected) { CustomState = new Expectation(expected, got) });

    /// <summary>What did not validate, as a problem.</summary>
    public static Problem AsProblem(ValidationFailureException e) => e.Failures?.FirstOrDefault() switch
    {
        { CustomState: Expectation expectation } failure => Problem.Invalid(failure.PropertyName, expectation.Expected, expectation.Got),
        { } failure => Problem.Invalid(failure.PropertyName, failure.ErrorMessage),
        null => new Problem(ProblemKind.Invalid, e.Message),
    };
}

/// <summary>A rule that knows the words a member may be; the API's description lists them.</summary>
internal interface IOneOfValidator : IPropertyValidator
{
    /// <summary>The words.</summary>
    IReadOnlyCollection<string> Words { get; }
}

/// <summary>One of some words, where there is any.</summary>
internal sealed class OneOfValidator<T>(IReadOnlyCollection<string> words) : PropertyValidator<T, string?>, IOneOfValidator
{
    /// <inheritdoc/>
    public override string Name => "OneOf";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Words => words;

    /// <inheritdoc/>
    public override bool IsValid(FluentValidation.ValidationContext<T> context, string? value) => value is null || words.Contains(value);
}
