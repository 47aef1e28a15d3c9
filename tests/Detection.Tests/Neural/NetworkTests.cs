using EventSourcedAnomaly.Detection.Neural;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Tests.Neural;

public sealed class NetworkTests
{
    [Theory]
    [InlineData("dense relu")]
    [InlineData("dense tanh")]
    [InlineData("lstm")]
    [InlineData("sphere")]
    [InlineData("sphere with decoder")]
    public void The_gradient_is_the_slope_of_the_loss(string kind)
    {
        Network network = kind switch
        {
            "dense relu" => new DenseNetwork([4, 5, 3, 5, 4], new("relu")),
            "dense tanh" => new DenseNetwork([4, 5, 3, 5, 4], new("tanh")),
            "sphere" => new SphereNetwork([4, 5, 3], new("leaky_relu"), new("sigmoid")),
            "sphere with decoder" => new SphereNetwork([4, 5, 3], new("tanh"), new("sigmoid")) { HasDecoder = true },
            _ => new LstmReconstruction(features: 2, units: 3, steps: 4),
        };
        var random = new RandomSource(1);
        var weights = new double[network.ParameterCount];
        network.Initialize(weights, random);
        var sample = Enumerable.Range(0, kind == "lstm" ? 8 : 4).Select(_ => random.NextGaussian()).ToArray();
        var gradient = new double[weights.Length];
        network.Backpropagate(weights, sample, gradient);
        for (var i = 0; i < network.TrainedCount; i++)
        {
            const double Step = 1e-6;
            var kept = weights[i];
            weights[i] = kept + Step;
            var above = network.Loss(weights, sample);
            weights[i] = kept - Step;
            var below = network.Loss(weights, sample);
            weights[i] = kept;
            Assert.Equal((above - below) / (2 * Step), gradient[i], 1e-7);
        }
    }
}
