using System.Text;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.TrainingSessions;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;

namespace EventSourcedAnomaly.Server.Tests.TrainingSessions;

/// <summary>Configuration files are YAML, and say which place of them is wrong.</summary>
public sealed class ConfigurationTests
{
    private const string Good = "data: {dataset_id: dataset_1}\nmodel: {algorithm: AutoEncoder}\ntraining: {epochs: 5}\n";

    [Theory]
    [InlineData("a: 1", """{"a":1}""")]
    [InlineData("a: '1'", """{"a":"1"}""")]
    [InlineData("a: [1.5, 1e-3, true, null, text, ~]", """{"a":[1.5,0.001,true,null,"text",null]}""")]
    [InlineData("a: &x {b: 1}\nc: *x", """{"a":{"b":1},"c":{"b":1}}""")]
    public void Yaml_is_read_by_the_core_schema(string yaml, string json) =>
        Assert.Equal(json, Encoding.UTF8.GetString(YamlText.ToJson(yaml)));

    [Fact]
    public void Aliases_that_would_expand_without_end_are_refused()
    {
        var yaml = new StringBuilder("a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n");
        for (var i = 1; i < 10; i++)
        {
            yaml.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Assert.Throws<InvalidDataException>(() => YamlText.ToJson(yaml.ToString()));
        Assert.Throws<InvalidDataException>(() => YamlText.ToJson("a: [1"));
        Assert.Throws<InvalidDataException>(() => YamlText.ToJson("a: 1\na: 2"));
    }

    [Theory]
    [InlineData("epochs: 5", "epochs: many", "training.epochs")]
    [InlineData("epochs: 5", "epochs: 5, epoch: 6", "training.epoch")]
    [InlineData("epochs: 5", "batch_size: 5", "training.epochs")]
    public void A_wrong_missing_or_unknown_place_is_named(string part, string other, string field)
    {
        var problem = Assert.Throws<Problem>(() =>
            Body.Parse<ConfigurationFile>(YamlText.ToJson(Good.Replace(part, other, StringComparison.Ordinal))));

        Assert.Equal(field, problem.Field);
    }

    [Theory]
    [InlineData("epochs: 5", "epochs: 0", "config.training.epochs")]
    [InlineData("epochs: 5", "epochs: 5, learning_rate: 2", "config.training.learning_rate")]
    [InlineData("epochs: 5", "epochs: 5, schedule: {name: sudden}", "config.training.schedule.name")]
    [InlineData("algorithm: AutoEncoder", "algorithm: IsolationForest", "config.model.algorithm")]
    [InlineData("algorithm: AutoEncoder", "algorithm: AutoEncoder, parameters: {depth: 3}", "config.model.parameters.depth")]
    [InlineData("algorithm: AutoEncoder", "algorithm: AutoEncoder, parameters: {epochs: 3}", "config.model.parameters.epochs")]
    [InlineData("dataset_id: dataset_1", "dataset_id: dataset_1, file: a.csv", "config.data")]
    [InlineData("dataset_id: dataset_1", "", "config.data")]
    public async Task A_value_that_cannot_be_trained_with_is_named(string part, string other, string field)
    {
        var file = Body.Parse<ConfigurationFile>(YamlText.ToJson(Good.Replace(part, other, StringComparison.Ordinal)));
        var problem = await Assert.ThrowsAsync<Problem>(() => file.Validate(null!, "train.yaml", TestContext.Current.CancellationToken));

        Assert.Equal(field, problem.Field);
    }

    [Fact]
    public void A_thinned_curve_keeps_its_extremes_and_its_order()
    {
        var random = new Random(4);
        var curve = Enumerable.Range(0, 100_000).Select(_ => random.NextDouble()).ToArray();
        (curve[77_777], curve[5]) = (50, -50);

        var kept = Thinning.Keep(curve, 1000);

        Assert.InRange(kept.Count, 500, 1000);
        Assert.Contains(77_777, kept);
        Assert.Contains(5, kept);
        Assert.Equal(kept.Order(), kept);
        Assert.Equal(Enumerable.Range(0, 1000), Thinning.Keep(curve[..1000], 1000));
    }
}
