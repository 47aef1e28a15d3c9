using EventSourcedAnomaly.Detection.Models;
using EventSourcedAnomaly.Detection.Neural;
using EventSourcedAnomaly.Detection.Numerics;

namespace EventSourcedAnomaly.Detection;

/// <summary>
/// A training that advances one epoch at a time and can be stored between epochs. What an epoch does depends only on the data, the
/// parameters, the seed and the epoch's number, so a training resumed from a checkpoint ends with the same bits as one never stopped.
/// </summary>
public sealed class NetworkTraining
{
    private const int Shards = 4;
    private const int DropoutStream = 1_000_003;
    private static readonly StoredForm Form = new("ESAC", 1, "checkpoint");
    private readonly NeuralDetector _detector;
    private readonly Matrix _x;
    private readonly NeuralSettings _settings;
    private readonly Network[] _networks;
    private readonly double[][] _gradients;
    private readonly int[] _trainingSamples;
    private readonly int[] _validationSamples;
    private readonly Adam _adam;
    private double[] _weights;
    private double[] _bestWeights;
    private double _bestLoss = double.PositiveInfinity;
    private int _epochsSinceBest;
    private bool _hasDiverged;

    internal NetworkTraining(NeuralDetector detector, Matrix x, NeuralSettings settings)
    {
        (_detector, _x, _settings) = (detector, x, settings);
        Standardizer = settings.Standardizes ? Standardizer.Fit(x) : Standardizer.None(x.Columns);
        Samples = new SampleWindows(Standardizer.Transform(x), settings.Window);
        _networks = [.. Enumerable.Range(0, Shards).Select(_ => detector.CreateNetwork(x.Columns))];
        _weights = new double[_networks[0].ParameterCount];
        _networks[0].Initialize(_weights, new RandomSource(detector.Seed, -1));
        var order = new RandomSource(detector.Seed, -2).Permutation(x.Rows);
        var held = (int)(settings.ValidationSize * x.Rows);
        (_validationSamples, _trainingSamples) = (order[..held], order[held..]);
        _networks[0].Prepare(_weights, Samples, _trainingSamples);
        _bestWeights = [.. _weights];
        _gradients = [.. Enumerable.Range(0, Shards).Select(_ => new double[_networks[0].TrainedCount])];
        _adam = new Adam(_networks[0].TrainedCount, settings.WeightDecay, settings.ClipNorm);
    }

    /// <summary>Epochs done.</summary>
    public int Epoch { get; private set; }

    /// <summary>Epochs asked for by the parameter <c>epochs</c>.</summary>
    public int Epochs => _settings.Epochs;

    /// <summary>Whether all epochs are done, the loss has not improved for <c>patience</c> epochs, or it left the numbers.</summary>
    public bool IsComplete => _hasDiverged || Epoch >= Epochs
        || (_settings.NoChangeEpochs > 0 && _epochsSinceBest >= _settings.NoChangeEpochs);

    /// <summary>The rows that the network learns from.</summary>
    public IReadOnlyList<int> TrainingRows => _trainingSamples;

    /// <summary>The rows held back to validate it.</summary>
    public IReadOnlyList<int> ValidationRows => _validationSamples;

    internal Standardizer Standardizer { get; }

    internal SampleWindows Samples { get; }

    /// <summary>Passes once over the training samples, in an order of this epoch's own.</summary>
    /// <exception cref="OperationCanceledException">The epoch was not finished; resume from the last checkpoint.</exception>
    public EpochReport TrainEpoch(CancellationToken ct = default)
    {
        var order = new RandomSource(_detector.Seed, Epoch).Permutation(_trainingSamples.Length);
        var learningRate = _settings.Schedule.Of(Epoch);
        var total = 0.0;
        for (var first = 0; first < order.Length; first += _settings.BatchSize)
        {
            ct.ThrowIfCancellationRequested();
            total += TrainBatch(order.AsSpan(first, Math.Min(_settings.BatchSize, order.Length - first)).ToArray(), learningRate);
        }
        Epoch++;
        var loss = total / order.Length;
        double? validation = _validationSamples.Length > 0 ? ValidationLoss(ct) : null;
        if (!double.IsFinite(loss + (validation ?? 0)))
        {
            // too large a step, or rows that were not scaled: what was best so far is all there will be
            (_hasDiverged, _weights, loss, validation) =
                (true, [.. _bestWeights], double.MaxValue, validation is null ? null : double.MaxValue);
        }
        var isBest = (validation ?? loss) < _bestLoss;
        if (isBest) (_bestLoss, _bestWeights, _epochsSinceBest) = (validation ?? loss, [.. _weights], 0);
        else _epochsSinceBest++;
        return new EpochReport(Epoch, loss, validation, learningRate, isBest);
    }

    /// <summary>Everything needed to go on from here with the same data and parameters.</summary>
    public byte[] Checkpoint()
    {
        var writer = Form.Begin(_detector.Algorithm, _detector.Seed, _detector.Parameters);
        writer.Int(Epoch);
        writer.Int(_epochsSinceBest);
        writer.Double(_bestLoss);
        writer.Array(_weights);
        writer.Array(_bestWeights);
        _adam.Write(writer);
        return StoredForm.Finish(writer);
    }

    /// <summary>The raw scores of all rows under the weights of now.</summary>
    public double[] Scores(CancellationToken ct = default)
    {
        var scores = new double[_x.Rows];
        for (var i = 0; i < scores.Length; i++)
        {
            ct.ThrowIfCancellationRequested();
            scores[i] = _networks[0].Score(_weights, Samples[i], _x.Columns);
        }
        return scores;
    }

    /// <summary>Makes the detector a fitted one, with the best weights so far.</summary>
    public void Complete(CancellationToken ct = default) => _detector.FinishFit(TrainingCenter.Of(_x), Finish(_x, ct));

    /// <summary>Gives the detector the best weights and scores the training rows with them.</summary>
    internal double[] Finish(Matrix x, CancellationToken ct) => _detector.Adopt(Standardizer, _bestWeights, x, ct);

    internal void Restore(ReadOnlySpan<byte> checkpoint)
    {
        if (Form.IsMarked(checkpoint)) Form.Read(checkpoint, Framed);
        // as they were before they had a frame
        else Form.ReadBare(checkpoint, State);
    }

    private int Framed(ref ModelReader reader)
    {
        var algorithm = reader.Text();
        if (!string.Equals(algorithm, _detector.Algorithm, StringComparison.Ordinal))
            throw new InvalidDataException($"the checkpoint is of {algorithm}, expected {_detector.Algorithm}");
        reader.Int();
        ParameterFormat.Read(ref reader, _detector.Info.Parameters);
        return State(ref reader);
    }

    private int State(ref ModelReader reader)
    {
        (Epoch, _epochsSinceBest, _bestLoss) = (reader.Int(), reader.Int(), reader.Double());
        var expected = _weights.Length;
        (_weights, _bestWeights) = (reader.Array<double>(), reader.Array<double>());
        if (Epoch < 0 || _epochsSinceBest < 0 || _weights.Length != expected || _bestWeights.Length != expected)
            throw new InvalidDataException(
                $"the checkpoint holds {_weights.Length} weights, this network has {expected}: other parameters or data");
        _adam.Read(ref reader);
        return Epoch;
    }

    /// <summary>A batch is cut into a fixed number of shards, each summed on its own, so that threads cannot change the sum.</summary>
    private double TrainBatch(int[] batch, double learningRate)
    {
        var losses = new double[Shards];
        var perShard = (batch.Length + Shards - 1) / Shards;
        RowBlocks.ForEach(Shards, 1, _detector.MaxDegreeOfParallelism, CancellationToken.None, (shard, _) =>
        {
            Array.Clear(_gradients[shard]);
            for (var i = shard * perShard; i < Math.Min((shard + 1) * perShard, batch.Length); i++)
            {
                // by epoch and sample alone: neither threads nor a pause between epochs change the draw
                if (_networks[shard].HasDropout)
                    _networks[shard].Drop(new RandomSource(~_detector.Seed, unchecked(Epoch * DropoutStream + batch[i])));
                losses[shard] += _networks[shard].Backpropagate(_weights, Samples[_trainingSamples[batch[i]]], _gradients[shard]);
            }
        });
        var gradient = _gradients[0];
        for (var shard = 1; shard < Shards; shard++) System.Numerics.Tensors.TensorPrimitives.Add(gradient, _gradients[shard], gradient);
        System.Numerics.Tensors.TensorPrimitives.Divide(gradient, batch.Length, gradient);
        _adam.Step(_weights.AsSpan(0, gradient.Length), gradient, learningRate);
        return losses.Sum();
    }

    private double ValidationLoss(CancellationToken ct)
    {
        var sum = 0.0;
        foreach (var sample in _validationSamples)
        {
            ct.ThrowIfCancellationRequested();
            sum += _networks[0].Loss(_weights, Samples[sample]);
        }
        return sum / _validationSamples.Length;
    }
}
