using System.Numerics;

namespace EventSourcedAnomaly.Detection.TimeSeries;

/// <summary>
/// Spectral residual (Ren et al. 2019): the saliency map of a series is what its log amplitude spectrum has above the average of
/// neighbouring frequencies, transformed back with the phases as they were.
/// </summary>
public static class SpectralResidual
{
    private const double Tiny = 1e-8;

    /// <summary>A series of less than this would look as if it had no frequencies.</summary>
    private const double SmallestAmplitude = 1e-3;

    /// <summary>How far the saliency of each row exceeds the mean of the rows before: (s - mean) / mean, 0 where it does not.</summary>
    /// <param name="values">The series; NaN values are filled.</param>
    /// <param name="mag_window">Frequencies averaged.</param>
    /// <param name="score_window">Rows of the mean of saliencies.</param>
    public static double[] Scores(ReadOnlySpan<double> values, int mag_window = 3, int score_window = 21)
    {
        if (score_window < 1) throw new ParameterException("score_window", "an integer >= 1", $"{score_window}");
        var saliency = Saliency(values, mag_window);
        var scores = new double[saliency.Length];
        var sum = 0.0;
        for (var i = 0; i < scores.Length; i++)
        {
            var mean = i > 0 ? sum / Math.Min(i, score_window) : saliency[i];
            scores[i] = Math.Max(0, (saliency[i] - mean) / (mean + Tiny));
            sum += saliency[i] - (i >= score_window ? saliency[i - score_window] : 0);
        }
        return scores;
    }

    /// <summary>The saliency map, one value ≥ 0 per row.</summary>
    public static double[] Saliency(ReadOnlySpan<double> values, int mag_window = 3)
    {
        if (mag_window < 1) throw new ParameterException("mag_window", "an integer >= 1", $"{mag_window}");
        var usable = Series.InUsableUnit(Series.Prepare(values), SmallestAmplitude);
        var spectrum = Fourier.Transform(Array.ConvertAll(usable, v => new Complex(v, 0)));
        var logs = Array.ConvertAll(spectrum, c => Math.Log(Math.Max(c.Magnitude, Tiny)));
        var sum = 0.0;
        for (var k = 0; k < spectrum.Length; k++)
        {
            sum += logs[k] - (k >= mag_window ? logs[k - mag_window] : 0);
            var residual = Math.Exp(logs[k] - sum / Math.Min(k + 1, mag_window));
            // a frequency that is not there has no phase
            spectrum[k] = spectrum[k].Magnitude > Tiny ? spectrum[k] / spectrum[k].Magnitude * residual : Complex.Zero;
        }
        return Array.ConvertAll(Fourier.Inverse(spectrum), c => c.Magnitude);
    }
}
