using System.Globalization;
using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Detection;
using EventSourcedAnomaly.Server.Domain;

namespace EventSourcedAnomaly.Server.Features.Detectors;

/// <summary>
/// A column that a model judges, and what becomes of its cells on the way to the estimator. Within the server a cell is a double
/// whatever the column: a number itself, a time in Unix seconds, a category by its place in the model's list (-1 for one that
/// the model never saw), NaN where it is missing. So rows are stored, hashed and judged again alike.
/// </summary>
/// <param name="Name">The column's name.</param>
internal abstract record InputColumn(string Name)
{
    /// <summary>How many features the estimator sees of it.</summary>
    public virtual int Width => 1;

    /// <summary>What a request has to give for it, in words.</summary>
    public abstract string Expectation { get; }

    /// <summary>The features of a cell.</summary>
    public abstract void Encode(double cell, Span<double> features);

    /// <summary>A cell of a request as a double; null when it is not what the column takes.</summary>
    public abstract double? Read(Cell cell);

    /// <summary>Writes it behind its kind.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Kind);
        writer.Write(Name);
        WriteOwn(writer);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is of a kind that this build does not know.</exception>
    public static InputColumn ReadFrom(BinaryReader reader)
    {
        var (kind, name) = (reader.ReadByte(), reader.ReadString());
        return kind switch
        {
            NumberInput.Tag => new NumberInput(name, reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble()),
            FrequencyInput.Tag => FrequencyInput.ReadOwn(name, reader),
            OneHotInput.Tag => OneHotInput.ReadOwn(name, reader),
            OneHotInput.TagWithoutShares => new OneHotInput(name, Categories.Read(reader), []),
            TimeInput.Tag => new TimeInput(name),
            _ => throw new InvalidDataException($"Column '{name}' is of an unknown kind."),
        };
    }

    /// <summary>The byte that names the kind in a stored model.</summary>
    protected abstract byte Kind { get; }

    /// <summary>Writes what is the kind's own.</summary>
    protected abstract void WriteOwn(BinaryWriter writer);
}

/// <summary>A number: a missing one is replaced, then it is shifted and scaled.</summary>
internal sealed record NumberInput(string Name, double Imputation, double Shift, double Scale) : InputColumn(Name)
{
    public const byte Tag = 0;

    public override string Expectation => $"a number from -{Matrix.LargestNumber} to {Matrix.LargestNumber}, or null";

    // Scaled by a tiny spread, a number may leave what detectors take; it is then as far out as can be.
    public override void Encode(double cell, Span<double> features) =>
        features[0] = Math.Clamp(
            ((double.IsNaN(cell) ? Imputation : cell) - Shift) / Scale, -Matrix.LargestNumber, Matrix.LargestNumber);

    public override double? Read(Cell cell) =>
        cell.Text is null && (cell.IsMissing || Math.Abs(cell.Number) <= Matrix.LargestNumber) ? cell.Number : null;

    protected override byte Kind => Tag;

    protected override void WriteOwn(BinaryWriter writer)
    {
        writer.Write(Imputation);
        writer.Write(Shift);
        writer.Write(Scale);
    }
}

/// <summary>A category, with the share of the training rows that each one had.</summary>
internal abstract record CategoryInput(string Name, Categories Known, IReadOnlyList<double> Shares) : InputColumn(Name)
{
    public override string Expectation => "a text";

    public override double? Read(Cell cell) => Known.Read(cell);

    protected override void WriteOwn(BinaryWriter writer)
    {
        Known.Write(writer);
        foreach (var share in Shares)
        {
            writer.Write(share);
        }
    }

    /// <summary>Reads what <see cref="WriteOwn"/> wrote, one share for each category.</summary>
    protected static (Categories Known, double[] Shares) ReadShared(BinaryReader reader)
    {
        var known = Categories.Read(reader);
        var shares = new double[known.Names.Count];
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] = reader.ReadDouble();
        }

        return (known, shares);
    }
}

/// <summary>
/// A category as its share of the training rows: rare ones are small, unknown ones 0, a missing one is the most frequent.
/// </summary>
internal sealed record FrequencyInput(string Name, Categories Known, IReadOnlyList<double> Shares) : CategoryInput(Name, Known, Shares)
{
    public const byte Tag = 1;

    private double Most { get; } = Shares.DefaultIfEmpty(0).Max();

    public override void Encode(double cell, Span<double> features) =>
        features[0] = double.IsNaN(cell) ? Most : cell < 0 || cell >= Shares.Count ? 0 : Shares[(int)cell];

    protected override byte Kind => Tag;

    public static FrequencyInput ReadOwn(string name, BinaryReader reader)
    {
        var (known, shares) = ReadShared(reader);
        return new FrequencyInput(name, known, shares);
    }
}

/// <summary>
/// A category as one feature for each that is known: 1 for its own, 0 for the others. An unknown one is as odd as the rarest known, a
/// missing one is the most frequent. Models of the first form have no shares; to them, both are no category at all.
/// </summary>
internal sealed record OneHotInput(string Name, Categories Known, IReadOnlyList<double> Shares) : CategoryInput(Name, Known, Shares)
{
    public const byte TagWithoutShares = 2;
    public const byte Tag = 4;

    private int Rarest { get; } = PlaceOf(Shares, Shares.DefaultIfEmpty(0).Min());

    private int MostFrequent { get; } = PlaceOf(Shares, Shares.DefaultIfEmpty(0).Max());

    public override int Width => Known.Names.Count;

    public override void Encode(double cell, Span<double> features)
    {
        features.Clear();
        var place = double.IsNaN(cell) ? MostFrequent : cell >= 0 && cell < features.Length ? (int)cell : Rarest;
        if (place >= 0)
        {
            features[place] = 1;
        }
    }

    protected override byte Kind => Shares.Count == Known.Names.Count && Shares.Count > 0 ? Tag : TagWithoutShares;

    public static OneHotInput ReadOwn(string name, BinaryReader reader)
    {
        var (known, shares) = ReadShared(reader);
        return new OneHotInput(name, known, shares);
    }

    private static int PlaceOf(IReadOnlyList<double> shares, double share) => shares.ToList().IndexOf(share);
}

/// <summary>
/// A time as its place in the day and in the week, each as a point on a circle, so that midnight lies beside midnight and Sunday
/// beside Monday. A missing one is the middle of both circles.
/// </summary>
internal sealed record TimeInput(string Name) : InputColumn(Name)
{
    public const byte Tag = 3;
    private const double Day = 86400;
    private const double Week = 7 * Day;
    private const double FirstSecond = -62_135_596_800;

    // Seconds of this size lie beyond the year 5138, milliseconds since 1973.
    private const double FirstMillisecond = 1e11;

    public override int Width => 4;

    public override string Expectation =>
        "a time in ISO 8601, or Unix seconds (not milliseconds) from -62135596800 to 99999999999";

    public override void Encode(double cell, Span<double> features)
    {
        features.Clear();
        if (!double.IsNaN(cell))
        {
            (features[0], features[1]) = Math.SinCos(2 * Math.PI * cell / Day);
            (features[2], features[3]) = Math.SinCos(2 * Math.PI * cell / Week);
        }
    }

    public override double? Read(Cell cell) => cell switch
    {
        { IsMissing: true } => double.NaN,
        { Text: null } => cell.Number is >= FirstSecond and < FirstMillisecond ? cell.Number : null,
        { Text: var text } when Timestamps.TryParse(text, out var microseconds) => microseconds / 1e6,
        _ => null,
    };

    protected override byte Kind => Tag;

    protected override void WriteOwn(BinaryWriter writer)
    {
    }
}

/// <summary>The different texts of a column, in a fixed order.</summary>
internal sealed class Categories(IReadOnlyList<string> names)
{
    private readonly Dictionary<string, int> _places = names.Select((name, place) => (name, place))
        .ToDictionary(each => each.name, each => each.place, StringComparer.Ordinal);

    private readonly Dictionary<double, int> _numbers = names.Select((name, place) => (Number: NumberOf(name), place))
        .Where(each => each.Number is not null).DistinctBy(each => each.Number)
        .ToDictionary(each => each.Number!.Value, each => each.place);

    public IReadOnlyList<string> Names => names;

    /// <summary>The place of a text, -1 for an unknown one.</summary>
    public int PlaceOf(string text) => _places.GetValueOrDefault(text, -1);

    public double? Read(Cell cell) => cell switch
    {
        { IsMissing: true } => double.NaN,
        { Text: { } text } => PlaceOf(text),
        // A file's text 1.50 and a request's number 1.5 are one category.
        _ => _numbers.GetValueOrDefault(cell.Number, -1),
    };

    private static double? NumberOf(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : null;

    public void Write(BinaryWriter writer)
    {
        writer.Write(names.Count);
        foreach (var name in names)
        {
            writer.Write(name);
        }
    }

    public static Categories Read(BinaryReader reader)
    {
        var names = new string[reader.ReadInt32()];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = reader.ReadString();
        }

        return new Categories(names);
    }
}
