using Microsoft.ML.Transforms;

namespace EventSourcedAnomaly.Detection.ML.Mapping;

/// <summary>Gives every row the key of the detector; ML.NET finds it by its contract when it loads a pipeline.</summary>
[CustomMappingFactoryAttribute(Contract)]
internal sealed class DetectorKeyFactory : CustomMappingFactory<AnyRow, DetectorKey>
{
    public const string Contract = "EventSourcedAnomaly.Detection.Key";
    public const string Key = "detector";

    public override Action<AnyRow, DetectorKey> GetMapping() => static (_, output) => output.DetectorName = Key;
}

/// <summary>Scores rows of float32.</summary>
[CustomMappingFactoryAttribute(Contract)]
internal sealed class SingleMappingFactory : CustomMappingFactory<SingleRow, DetectorOutput>
{
    public const string Contract = "EventSourcedAnomaly.Detection.Single";

    public override Action<SingleRow, DetectorOutput> GetMapping() => new DetectorMapping(isDouble: false, loaded: null).Score;
}

/// <summary>Scores rows of float64.</summary>
[CustomMappingFactoryAttribute(Contract)]
internal sealed class DoubleMappingFactory : CustomMappingFactory<DoubleRow, DetectorOutput>
{
    public const string Contract = "EventSourcedAnomaly.Detection.Double";

    public override Action<DoubleRow, DetectorOutput> GetMapping() => new DetectorMapping(isDouble: true, loaded: null).Score;
}
