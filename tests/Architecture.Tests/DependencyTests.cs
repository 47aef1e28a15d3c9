using System.Reflection;
using NetArchTest.Rules;

namespace EventSourcedAnomaly.Architecture.Tests;

/// <summary>Who may know whom.</summary>
public sealed class DependencyTests
{
    private const string Server = "EventSourcedAnomaly.Server", Features = $"{Server}.Features",
        Infrastructure = $"{Server}.Infrastructure";

    private static readonly string[] Frameworks =
        ["Microsoft.AspNetCore", "Microsoft.Extensions", "Npgsql", "Marten", "Orleans", "Wolverine", "FastEndpoints", "FluentValidation",
            "Quartz"];

    private static readonly Assembly ServerAssembly = Assembly.Load(Server);

    [Fact]
    public void The_domain_knows_no_framework() =>
        Assert.Empty(Failing(Types.InAssembly(ServerAssembly).That().ResideInNamespace($"{Server}.Domain").Should()
            .NotHaveDependencyOnAny(Frameworks)));

    [Fact]
    public void The_domain_knows_nothing_else_of_the_product() =>
        Assert.Empty(Failing(Types.InAssembly(ServerAssembly).That().ResideInNamespace($"{Server}.Domain").Should()
            .NotHaveDependencyOnAny(Features, Infrastructure)));

    [Theory]
    [InlineData("EventSourcedAnomaly.Detection")]
    public void A_pure_library_knows_no_framework(string library) =>
        Assert.Empty(Failing(Types.InAssembly(Assembly.Load(library)).Should().NotHaveDependencyOnAny([.. Frameworks, Server])));

    [Fact]
    public void Infrastructure_knows_no_feature() => PresentExceptions.Allow(
        "infrastructure-knows-features",
        Failing(Types.InAssembly(ServerAssembly).That().ResideInNamespace(Infrastructure).Should().NotHaveDependencyOnAny(Features))
            .Select(type => type.Split('/')[0]));

    [Fact]
    public void A_feature_reaches_another_by_its_events_its_messages_and_its_grains_interface()
    {
        var homes = SourceTree.Product.Where(file => file.Feature is not null)
            .SelectMany(file => file.Types.Select(type => (type, file)))
            .GroupBy(home => home.type).Where(home => home.Select(each => each.file.Feature).Distinct().Count() == 1)
            .ToDictionary(home => home.Key, home => home.First().file);

        PresentExceptions.Allow(
            "features-know-features",
            from file in SourceTree.Product
            where file.Feature is not null
            from word in file.Words
            where homes.TryGetValue(word, out var home) && home.Feature != file.Feature && !IsPublished(home.Name)
                && file.Text.Contains($"{Features}.{home.Feature}", StringComparison.Ordinal)
            select $"{file.Feature} -> {homes[word].Feature}.{word}");
    }

    private static bool IsPublished(string file) =>
        file.EndsWith("Events", StringComparison.Ordinal) || file.EndsWith("Messages", StringComparison.Ordinal)
        || (file is ['I', >= 'A' and <= 'Z', ..] && file.EndsWith("Grain", StringComparison.Ordinal));

    private static IEnumerable<string> Failing(ConditionList rule) => rule.GetResult().FailingTypes.Select(type => type.FullName);
}
