using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Framing;

namespace Grpc.Net.Client;

/// <summary>Metadata as headers of HttpClient and back.</summary>
internal static class HeaderMetadata
{
    /// <summary>Adds metadata to a request.</summary>
    internal static void Add(HttpRequestHeaders headers, Metadata metadata)
    {
        foreach (var entry in metadata)
        {
            // The deadline and the compression are announced from the call's options.
            if (entry.Key is not (GrpcProtocol.TimeoutHeader or Metadata.CompressionRequestAlgorithmKey))
                headers.TryAddWithoutValidation(entry.Key, entry.ToHeaderValue());
        }
    }

    /// <summary>Metadata of a response, without what belongs to the protocol.</summary>
    /// <exception cref="FormatException">The value of a binary header is not base64.</exception>
    internal static Metadata Read(HttpHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers.NonValidated)
        {
            if (IsProtocol(name))
                continue;

            foreach (var value in values)
                metadata.AddReceived(name, value);
        }

        return metadata;
    }

    private static bool IsProtocol(string name) => name is
        GrpcProtocol.StatusTrailer or GrpcProtocol.MessageTrailer or GrpcProtocol.EncodingHeader or GrpcProtocol.AcceptEncodingHeader
        or "Content-Type" or "Content-Encoding";
}
