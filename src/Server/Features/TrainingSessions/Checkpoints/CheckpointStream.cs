using System.Buffers;
using System.Security.Cryptography;

namespace EventSourcedAnomaly.Server.Features.TrainingSessions.Checkpoints;

/// <summary>
/// A checkpoint's bytes, from any place in them, one part in memory at a time; a part that is not what was stored is not given out.
/// </summary>
internal sealed class CheckpointStream(CheckpointBytes bytes, string tenant, RetainedCheckpoint checkpoint, IReadOnlyList<byte[]> hashes)
    : Stream
{
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(CheckpointBytes.PartSize);
    private int _loaded = -1;
    private bool _isReturned;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => checkpoint.Size;

    /// <inheritdoc/>
    public override long Position { get; set; }

    /// <summary>Opens a checkpoint.</summary>
    /// <exception cref="InvalidDataException">Its parts are not those that were stored.</exception>
    public static async Task<CheckpointStream> Open(CheckpointBytes bytes, string tenant,
        RetainedCheckpoint checkpoint, CancellationToken ct)
    {
        var hashes = await bytes.Hashes(tenant, checkpoint.Id, ct);
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var hash in hashes)
        {
            all.AppendData(hash);
        }

        return Convert.ToHexStringLower(all.GetCurrentHash()) == checkpoint.PartsSha256
            ? new CheckpointStream(bytes, tenant, checkpoint, hashes)
            : throw new InvalidDataException(
                $"The parts of checkpoint {checkpoint.Id} are not those that were stored: their SHA-256 differs.");
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= Length || buffer.Length == 0)
        {
            return 0;
        }

        var part = (int)(Position / CheckpointBytes.PartSize);
        var size = (int)Math.Min(CheckpointBytes.PartSize, Length - ((long)part * CheckpointBytes.PartSize));
        if (_loaded != part)
        {
            await Load(part, size, cancellationToken);
        }

        var from = (int)(Position % CheckpointBytes.PartSize);
        var count = Math.Min(buffer.Length, size - from);
        _buffer.AsMemory(from, count).CopyTo(buffer);
        Position += count;
        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin metadata) => Position = metadata switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is read without blocking.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is only read.");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("It is only read.");

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!_isReturned)
        {
            _isReturned = true;
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        base.Dispose(disposing);
    }

    private async Task Load(int part, int size, CancellationToken ct)
    {
        _loaded = -1;
        var length = await bytes.Read(tenant, checkpoint.Id, part, _buffer.AsMemory(0, CheckpointBytes.PartSize), ct);
        if (length != size || !SHA256.HashData(_buffer.AsSpan(0, size)).AsSpan().SequenceEqual(hashes[part]))
        {
            throw new InvalidDataException($"Part {part} of checkpoint {checkpoint.Id} is missing or not what was stored.");
        }

        _loaded = part;
    }
}
