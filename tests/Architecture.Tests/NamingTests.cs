using System.Reflection;
using System.Text.RegularExpressions;
using NetArchTest.Rules;

namespace EventSourcedAnomaly.Architecture.Tests;

/// <summary>Files and names.</summary>
public sealed partial class NamingTests
{
    private const int MaxColumns = 140;

    [Theory]
    [InlineData("EventSourcedAnomaly.Server")]
    [InlineData("EventSourcedAnomaly.Detection")]
    [InlineData("EventSourcedAnomaly.Datasets")]
    [InlineData("EventSourcedAnomaly.EmbeddedPostgres")]
    [InlineData("EventSourcedAnomaly.Ledger")]
    [InlineData("esa")]
    public void No_name_says_nothing(string library) => Assert.Empty(
        Types.InAssembly(Assembly.Load(library)).Should().NotHaveNameMatching("(Manager|Helper|Helpers|Util|Utils|Utilities|Common)$")
            .GetResult().FailingTypes.Select(type => type.FullName));

    [Fact]
    public void An_endpoint_has_a_file_of_its_own_among_its_features_endpoints()
    {
        var files = SourceTree.Product.Select(file =>
            (file, endpoints: Endpoint().Matches(file.Text).Select(match => match.Groups["name"].Value).ToArray()))
            .Where(each => each.endpoints.Length > 0).ToArray();

        Assert.True(files.Length > 80);
        Assert.Empty(files.Where(each => each.endpoints is not [var only] || only != each.file.Name).Select(each => each.file.Path));
        Assert.Empty(files.Where(each => each.file.Feature is not null
            && !each.file.Path.Contains("/Endpoints/", StringComparison.Ordinal)).Select(each => each.file.Path));
    }

    // What several contracts of one kind say together stands in one file: a feature's events, its messages.
    [Fact]
    public void A_file_is_named_after_a_type_in_it() => PresentExceptions.Allow(
        "files-of-another-name",
        SourceTree.Product
            .Where(file => file.Types.Count > 0 && !file.Types.Contains(file.Name)
                && !file.Name.EndsWith("Events", StringComparison.Ordinal) && !file.Name.EndsWith("Messages", StringComparison.Ordinal))
            .Select(file => file.Path));

    [Fact]
    public void A_line_has_at_most_140_columns() => PresentExceptions.Allow(
        "files-with-wide-lines",
        SourceTree.All
            .Where(file => !file.Path.Contains("/Internal/Generated/", StringComparison.Ordinal)
                && file.Text.Split('\n').Any(line => line.TrimEnd('\r').Length > MaxColumns))
            .Select(file => file.Path));

    [GeneratedRegex(@"^(?:public|internal) [a-z ]*class (?<name>\w+)(?:\([^{]*?\))?\s*:\s*Endpoint(?:WithoutRequest)?\b",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Endpoint();
}
