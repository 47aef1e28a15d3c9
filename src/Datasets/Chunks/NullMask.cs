namespace EventSourcedAnomaly.Datasets;

/// <summary>Which rows of a column are missing: one bit per row, least significant first, set where the value is missing.</summary>
public sealed class NullMask
{
    private readonly byte[] _bits;

    /// <summary>A mask over its bits.</summary>
    /// <param name="bits">Length (rows + 7) / 8; bits beyond the last row are zero.</param>
    public NullMask(byte[] bits) => _bits = bits;

    /// <summary>The mask of a column with these rows and no missing value yet.</summary>
    public static NullMask ForRows(int rows) => new(new byte[(rows + 7) / 8]);

    /// <summary>The bits.</summary>
    public ReadOnlySpan<byte> Bits => _bits;

    /// <summary>Whether any row is missing.</summary>
    public bool Any => _bits.AsSpan().ContainsAnyExcept((byte)0);

    /// <summary>Whether a row's value is missing.</summary>
    public bool this[int row] => (_bits[row >> 3] >> (row & 7) & 1) != 0;

    internal void Set(int row) => _bits[row >> 3] |= (byte)(1 << (row & 7));

    internal NullMask Shortened(int rows) => new(_bits[..((rows + 7) / 8)]);
}
