using Microsoft.ML;

namespace EventSourcedAnomaly.Detection.ML;

/// <summary>What a context has to be told.</summary>
public static class MLContextExtensions
{
    /// <summary>Lets <c>mlContext.Model.Load</c> restore pipelines with detectors of this library.</summary>
    /// <returns>The same context.</returns>
    public static MLContext RegisterDetectors(this MLContext mlContext)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        mlContext.ComponentCatalog.RegisterAssembly(typeof(MLContextExtensions).Assembly);
        return mlContext;
    }
}
