namespace EventSourcedAnomaly.Datasets;

/// <summary>A file cannot be taken as a data set; says which rule it breaks, where, and what was expected.</summary>
/// <param name="code">The rule, for programs: one of the constants of <see cref="DatasetError"/>.</param>
/// <param name="field">What of the request is to be changed: <c>file</c>, <c>format</c>, <c>encoding</c> or <c>delimiter</c>.</param>
/// <param name="message">The sentence for people.</param>
public sealed class DatasetException(string code, string field, string message) : Exception(message)
{
    /// <summary>The rule that was broken, for programs.</summary>
    public string Code { get; } = code;

    /// <summary>The field of the request that is at fault.</summary>
    public string Field { get; } = field;

    internal static DatasetException OfFile(string code, string message) => new(code, "file", message);
}

/// <summary>The codes of <see cref="DatasetException"/>.</summary>
public static class DatasetError
{
    /// <summary>No bytes, or nothing but blank lines.</summary>
    public const string Empty = "empty_file";

    /// <summary>Column names but no rows.</summary>
    public const string NoRows = "no_rows";

    /// <summary>A row has more or fewer fields than the first.</summary>
    public const string RaggedRow = "ragged_row";

    /// <summary>Bytes that are not text in the stated encoding.</summary>
    public const string Encoding = "invalid_encoding";

    /// <summary>Not a table at all: an image, an archive, a program, random bytes.</summary>
    public const string Binary = "binary_content";

    /// <summary>NaN or an infinity among numbers.</summary>
    public const string NonFinite = "non_finite_value";

    /// <summary>A number beyond <see cref="DatasetNumber.Largest"/>.</summary>
    public const string OutOfRange = "number_out_of_range";

    /// <summary>Two columns of one name.</summary>
    public const string DuplicateColumn = "duplicate_column";

    /// <summary>More columns than allowed.</summary>
    public const string TooManyColumns = "too_many_columns";

    /// <summary>More rows than allowed.</summary>
    public const string TooManyRows = "too_many_rows";

    /// <summary>More bytes than allowed, in the file or in one of its rows.</summary>
    public const string TooLarge = "file_too_large";

    /// <summary>Compressed data that expands beyond all measure.</summary>
    public const string Bomb = "decompression_bomb";

    /// <summary>Compressed or columnar data that is cut short or damaged.</summary>
    public const string Corrupt = "corrupt_file";

    /// <summary>A quoted field that is not closed, or goes on after its closing quote.</summary>
    public const string Quotes = "unbalanced_quotes";

    /// <summary>A column of lists, maps or structures.</summary>
    public const string Nested = "nested_type";

    /// <summary>A column of a type that is neither number, truth, time nor text.</summary>
    public const string UnsupportedType = "unsupported_type";

    /// <summary>The file is not of the stated or detected format.</summary>
    public const string Unreadable = "unreadable_file";
}
