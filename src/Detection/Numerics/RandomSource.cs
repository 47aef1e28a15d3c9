using System.Numerics;
using EventSourcedAnomaly.Detection.Models;

namespace EventSourcedAnomaly.Detection.Numerics;

/// <summary>
/// xoshiro256** (Blackman and Vigna 2021) seeded through SplitMix64. Written out here because a stored seed must give the same
/// numbers on every version of the runtime. A stream is chosen by (seed, stream), so parallel work draws the same numbers.
/// </summary>
internal sealed class RandomSource
{
    private ulong _s0, _s1, _s2, _s3;
    private double _spareGaussian = double.NaN;

    public RandomSource(int seed, int stream = 0)
    {
        var state = ((ulong)(uint)seed << 32) | (uint)stream;
        _s0 = SplitMix(ref state);
        _s1 = SplitMix(ref state);
        _s2 = SplitMix(ref state);
        _s3 = SplitMix(ref state);
    }

    public ulong NextUInt64()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1) with 53 bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, bound), without bias (Lemire 2019).</summary>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var range = (uint)bound;
        var product = (NextUInt64() >> 32) * range;
        if ((uint)product < range)
        {
            var threshold = (0u - range) % range;
            while ((uint)product < threshold) product = (NextUInt64() >> 32) * range;
        }
        return (int)(product >> 32);
    }

    /// <summary>Standard normal, by Marsaglia's polar method.</summary>
    public double NextGaussian()
    {
        if (!double.IsNaN(_spareGaussian))
        {
            var spare = _spareGaussian;
            _spareGaussian = double.NaN;
            return spare;
        }
        double u, v, s;
        do
        {
            u = 2 * NextDouble() - 1;
            v = 2 * NextDouble() - 1;
            s = u * u + v * v;
        }
        while (s is >= 1 or 0);
        var factor = Math.Sqrt(-2 * Math.Log(s) / s);
        _spareGaussian = v * factor;
        return u * factor;
    }

    /// <summary>A uniformly random order of 0 … count-1.</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            var j = Next(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /// <summary>
    /// <paramref name="count"/> distinct numbers below <paramref name="population"/>, by Floyd's method when they are few.
    /// </summary>
    public int[] Sample(int population, int count)
    {
        if (count > population / 4) return Permutation(population).AsSpan(0, count).ToArray();
        var chosen = new HashSet<int>(count);
        var sample = new int[count];
        for (int j = population - count, k = 0; j < population; j++, k++)
        {
            var candidate = Next(j + 1);
            sample[k] = chosen.Add(candidate) ? candidate : j;
            if (sample[k] == j) chosen.Add(j);
        }
        return sample;
    }

    public void Write(ModelWriter writer)
    {
        writer.Array([_s0, _s1, _s2, _s3]);
        writer.Double(_spareGaussian);
    }

    public void Read(ref ModelReader reader)
    {
        var state = reader.Array<ulong>();
        (_s0, _s1, _s2, _s3, _spareGaussian) = (state[0], state[1], state[2], state[3], reader.Double());
    }

    private static ulong SplitMix(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
