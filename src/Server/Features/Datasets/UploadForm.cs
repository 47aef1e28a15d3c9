using EventSourcedAnomaly.Datasets;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Infrastructure.Http;

namespace EventSourcedAnomaly.Server.Features.Datasets;

/// <summary>An upload as it came: its fields, and its file on disk until the form is disposed.</summary>
internal sealed class UploadForm : IDisposable
{
    private static readonly string[] KnownFields =
        ["file", "name", "description", "format", "has_header", "delimiter", "encoding", "label_column"];

    private readonly Dictionary<string, string> _fields = [];
    private readonly string _directory;
    private string? _fileName;

    private UploadForm(string directory) => _directory = directory;

    private string FilePath => Path.Combine(_directory, "upload");

    /// <summary>Receives a multipart form, its file straight to disk.</summary>
    public static async Task<UploadForm> Receive(HttpContext http, string tempDirectory)
    {
        var form = new UploadForm(Directory.CreateDirectory(Path.Combine(tempDirectory, ResourceId.New("upload"))).FullName);
        try
        {
            await form.Read(http, http.RequestAborted);
            return form;
        }
        catch (Exception e)
        {
            form.Dispose();
            throw MultipartParts.AsProblem(e);
        }
    }

    /// <summary>The form as a request to take a file in.</summary>
    public DatasetFileRequest ToRequest()
    {
        if (_fileName is null)
        {
            throw new Problem(ProblemKind.Invalid, "file: field required.", "file", "a CSV, Parquet, JSON or NDJSON file");
        }

        var name = _fields.GetValueOrDefault("name") is { Length: > 0 } given ? given : Path.GetFileNameWithoutExtension(_fileName);
        if (name.Length is 0 or > 200)
        {
            throw Problem.Invalid("name", "1 to 200 characters");
        }

        return new DatasetFileRequest(
            NamedFile(), name, _fields.GetValueOrDefault("description"),
            new ReadOptions(Format(), Flag("has_header"), Delimiter(), _fields.GetValueOrDefault("encoding")),
            _fields.GetValueOrDefault("label_column") is { Length: > 0 } label ? label : null);
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private async Task Read(HttpContext http, CancellationToken ct)
    {
        await foreach (var part in MultipartParts.Read(http, KnownFields, ct))
        {
            if (part.Field == "file")
            {
                _fileName = Path.GetFileName(part.FileName ?? "upload");
                await using var file = File.Create(FilePath);
                await part.Body.CopyToAsync(file, ct);
            }
            else
            {
                _fields[part.Field] = await part.Text(ct);
            }
        }
    }

    // The engine recognises formats by the file's name too.
    private string NamedFile()
    {
        var extension = string.Concat(_fileName!.ToLowerInvariant().Where(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '.'));
        var named = Path.Combine(_directory, extension.Contains('.') ? $"data{extension[extension.IndexOf('.')..]}" : "data");
        File.Move(FilePath, named, overwrite: true);
        return named;
    }

    private DatasetFormat? Format()
    {
        if (_fields.GetValueOrDefault("format") is not { Length: > 0 } format)
        {
            return null;
        }

        return Enum.TryParse<DatasetFormat>(format, ignoreCase: true, out var known) && Enum.IsDefined(known) && !char.IsDigit(format[0])
            ? known
            : throw Problem.Invalid("format", "csv, parquet, json or ndjson", format);
    }

    private bool? Flag(string field) => _fields.GetValueOrDefault(field)?.ToLowerInvariant() switch
    {
        null or "" => null,
        "true" or "1" => true,
        "false" or "0" => false,
        var other => throw Problem.Invalid(field, "true or false", other),
    };

    private char? Delimiter() => _fields.GetValueOrDefault("delimiter") switch
    {
        null or "" => null,
        "\\t" or "tab" => '\t',
        { Length: 1 } one => one[0],
        var other => throw Problem.Invalid("delimiter", "one character", other),
    };
}
