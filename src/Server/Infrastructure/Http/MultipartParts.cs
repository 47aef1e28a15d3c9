using System.Runtime.CompilerServices;
using EventSourcedAnomaly.Server.Domain;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace EventSourcedAnomaly.Server.Infrastructure.Http;

/// <summary>One field of a multipart form as it comes (RFC 7578); its body is there until the next one is asked for.</summary>
/// <param name="Field">What it is called.</param>
/// <param name="FileName">What the sender calls the file, as sent; null where it is none.</param>
/// <param name="Body">Its bytes.</param>
internal sealed record MultipartPart(string Field, string? FileName, Stream Body)
{
    private const int MaxTextLength = 64 * 1024;

    /// <summary>The field as a text.</summary>
    public async Task<string> Text(CancellationToken ct)
    {
        using var reader = new StreamReader(Body);
        var buffer = new char[MaxTextLength + 1];
        var length = await reader.ReadBlockAsync(buffer, ct);
        return length <= MaxTextLength
            ? StorableText.Require(Field, new string(buffer, 0, length))
            : throw Problem.Invalid(Field, $"at most {MaxTextLength} characters");
    }
}

/// <summary>Reads a multipart form in a stream, whatever its size.</summary>
internal static class MultipartParts
{
    /// <summary>ENOSPC of errno(3).</summary>
    private const int NoSpaceLeft = 28;

    private const int MaxFileNameLength = 1024;

    /// <summary>The fields in the order in which they come.</summary>
    /// <exception cref="Problem">It is no such form, or has a field that is not known.</exception>
    public static async IAsyncEnumerable<MultipartPart> Read(HttpContext http, IReadOnlyCollection<string> known,
        [EnumeratorCancellation] CancellationToken ct)
    {
        var boundary = MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            ? HeaderUtilities.RemoveQuotes(type.Boundary).Value
            : throw new Problem(ProblemKind.UnsupportedMediaType, "An upload is a multipart form with the field 'file'.", "Content-Type",
                "multipart/form-data");
        var reader = new MultipartReader(boundary ?? string.Empty, http.Request.Body);
        while (await reader.ReadNextSectionAsync(ct) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
            {
                continue;
            }

            var field = HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? string.Empty;
            if (!known.Contains(field))
            {
                throw new Problem(ProblemKind.Invalid, $"{field}: unknown field.", field, $"one of: {string.Join(", ", known)}");
            }

            var name = disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName;
            yield return new MultipartPart(field, FileName(field, HeaderUtilities.RemoveQuotes(name).Value), section.Body);
        }
    }

    private static string? FileName(string field, string? name) => name is null or { Length: <= MaxFileNameLength }
        ? name is null ? null : StorableText.Require($"{field}.filename", name)
        : throw Problem.Invalid($"{field}.filename", $"at most {MaxFileNameLength} characters");

    /// <summary>What went wrong while a form was read, in the product's words.</summary>
    public static Exception AsProblem(Exception e) => e switch
    {
        BadHttpRequestException => e,
        IOException { HResult: NoSpaceLeft } =>
            new Problem(ProblemKind.NoRoom, "The server's disk is full; nothing of this was stored.", "file"),
        IOException or InvalidDataException =>
            new Problem(ProblemKind.Unreadable, "The multipart body is damaged or ends early.", "body", "a complete multipart form"),
        _ => e,
    };
}
