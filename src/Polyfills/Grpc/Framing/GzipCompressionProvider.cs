using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>A way to compress messages, named in <c>grpc-encoding</c>.</summary>
public interface ICompressionProvider
{
    /// <summary>The name, such as <c>gzip</c>.</summary>
    string EncodingName { get; }

    /// <summary>A stream that compresses what is written to it.</summary>
    /// <param name="stream">Where the compressed bytes go.</param>
    /// <param name="compressionLevel">The level; null for the provider's own.</param>
    /// <returns>The stream; disposing it ends the compression and leaves <paramref name="stream"/> open.</returns>
    Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel);

    /// <summary>A stream that decompresses.</summary>
    /// <param name="stream">The compressed bytes.</param>
    /// <returns>The stream.</returns>
    Stream CreateDecompressionStream(Stream stream);
}

/// <summary>gzip.</summary>
/// <param name="defaultCompressionLevel">The level where none is asked for.</param>
public sealed class GzipCompressionProvider(CompressionLevel defaultCompressionLevel) : ICompressionProvider
{
    /// <inheritdoc/>
    public string EncodingName => "gzip";

    /// <inheritdoc/>
    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        new GZipStream(stream, compressionLevel ?? defaultCompressionLevel, leaveOpen: true);

    /// <inheritdoc/>
    public Stream CreateDecompressionStream(Stream stream) => new GZipStream(stream, CompressionMode.Decompress);
}
