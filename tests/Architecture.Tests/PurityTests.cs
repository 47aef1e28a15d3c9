using System.Reflection;
using Mono.Cecil;
using Mono.Cecil.Cil;
using NetArchTest.Rules;

namespace EventSourcedAnomaly.Architecture.Tests;

/// <summary>A state is what its events make of it, and a decision is what its arguments make of it: neither asks anything
/// outside.</summary>
public sealed class PurityTests
{
    private static readonly string[] OutsideTypes =
    [
        "System.TimeProvider", "System.Random", "System.Security.Cryptography.RandomNumberGenerator", "System.IO.File",
            "System.IO.Directory", "System.Environment",
        "System.Net.Http.HttpClient", "System.Threading.Tasks.Task", "System.Threading.Thread", "System.Console",
    ];

    private static readonly string[] OutsideMembers =
    [
        "System.DateTime::get_Now", "System.DateTime::get_UtcNow", "System.DateTime::get_Today", "System.DateTimeOffset::get_Now",
            "System.DateTimeOffset::get_UtcNow",
        "System.Guid::NewGuid", "System.Guid::CreateVersion7", "System.Diagnostics.Stopwatch::GetTimestamp",
    ];

    private static readonly string[] OutsideNamespaces = ["Npgsql", "Marten", "Orleans", "Wolverine", "Microsoft.AspNetCore",
        "FastEndpoints"];

    [Fact]
    public void States_and_their_decisions_touch_no_clock_no_randomness_and_nothing_outside()
    {
        var states = Types.InAssembly(Assembly.Load("EventSourcedAnomaly.Server")).That().MeetCustomRule(type =>
            type.Methods.Any(method => method.Name == "Apply" && method.HasBody));

        Assert.NotEmpty(states.GetTypes());
        PresentExceptions.Allow(
            "impure-states", states.Should().MeetCustomRule(IsPure).GetResult().FailingTypes.Select(type =>
                $"{type.FullName}: {type.Explanation}"));
    }

    private static CustomRuleResult IsPure(TypeDefinition type)
    {
        var outside = Bodies(type).SelectMany(method => method.Body.Instructions).Select(Outside).FirstOrDefault(found =>
            found is not null);
        return new CustomRuleResult(outside is null, outside ?? string.Empty);
    }

    private static IEnumerable<MethodDefinition> Bodies(TypeDefinition type) =>
        type.Methods.Where(method =>
            method.HasBody).Concat(type.NestedTypes.Where(nested => nested.Name.StartsWith('<')).SelectMany(Bodies));

    private static string? Outside(Instruction instruction) => instruction.Operand is MemberReference { DeclaringType: { } owner } member
        && (OutsideTypes.Contains(owner.FullName) || OutsideMembers.Contains($"{owner.FullName}::{member.Name}")
            || OutsideNamespaces.Any(name => owner.FullName.StartsWith($"{name}.", StringComparison.Ordinal)))
        ? $"{owner.FullName}::{member.Name}"
        : null;
}
