using Microsoft.ML.Data;

namespace EventSourcedAnomaly.Detection.ML.Mapping;

/// <summary>A row of float32 features with the detector that scores it.</summary>
internal sealed class SingleRow
{
    [VectorType]
    public VBuffer<float> DetectorFeatures { get; set; }

    public ReadOnlyMemory<char> DetectorModel { get; set; }
}

/// <summary>A row of float64 features with the detector that scores it.</summary>
internal sealed class DoubleRow
{
    [VectorType]
    public VBuffer<double> DetectorFeatures { get; set; }

    public ReadOnlyMemory<char> DetectorModel { get; set; }
}

/// <summary>What is said of a row.</summary>
internal sealed class DetectorOutput
{
    public float Score { get; set; }

    public double DecisionScore { get; set; }

    public float Probability { get; set; }

    public bool PredictedLabel { get; set; }
}

/// <summary>A row of which nothing is needed.</summary>
internal sealed class AnyRow;

/// <summary>The key under which a pipeline keeps its detector.</summary>
internal sealed class DetectorKey
{
    public string DetectorName { get; set; } = "";
}
