using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection.Tests.Numerics;

/// <summary>Values of SciPy 1.10.</summary>
public sealed class SpecialFunctionsTests
{
    [Fact]
    public void Special_functions_have_SciPys_values()
    {
        Assert.Equal(0.6778011938374183, SpecialFunctions.Erf(0.7), 13);
        Assert.Equal(1.428072326665388, SpecialFunctions.LogGamma(3.7), 13);
        Assert.Equal(361.43554046777757, SpecialFunctions.LogGamma(100.5), 10);
        Assert.Equal(0.0889437231706656, SpecialFunctions.RegularizedBeta(0.3, 2.5, 1.5), 13);
        Assert.Equal(0.0006871379379158471, SpecialFunctions.NormalCumulative(-3.2), 15);
    }

    [Fact]
    public void The_chi_square_distribution_has_SciPys_values()
    {
        Assert.Equal(0.000856641210775301, ChiSquare.Survival(30, 10), 15);
        Assert.Equal(12.832501994030027, ChiSquare.Quantile(0.975, 5), 10);
        Assert.Equal(2.3659738843753377, ChiSquare.Quantile(0.5, 3), 10);
    }
}
