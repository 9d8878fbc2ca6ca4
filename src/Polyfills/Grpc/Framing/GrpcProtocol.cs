namespace Grpc.Framing;

/// <summary>Names and values of gRPC over HTTP/2.</summary>
internal static class GrpcProtocol
{
    internal const string ContentType = "application/grpc";
    internal const string EncodingHeader = "grpc-encoding";
    internal const string AcceptEncodingHeader = "grpc-accept-encoding";
    internal const string TimeoutHeader = "grpc-timeout";
    internal const string StatusTrailer = "grpc-status";
    internal const string MessageTrailer = "grpc-message";
    internal const string IdentityEncoding = "identity";

    /// <summary>The HTTP/2 error code CANCEL.</summary>
    internal const int Http2Cancel = 0x8;

    /// <summary>The longest time a timer of .NET takes: about 49.7 days; longer deadlines are cut to it.</summary>
    internal static readonly TimeSpan MaxTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>Whether a content type is <c>application/grpc</c>, alone or with a <c>+format</c> or <c>;parameter</c>.</summary>
    internal static bool IsGrpcContentType(string? contentType) =>
        contentType is not null
        && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == ContentType.Length || contentType[ContentType.Length] is '+' or ';');

    /// <summary>Whether an encoding stands in a comma-separated list such as <c>identity, gzip</c>.</summary>
    internal static bool ListsEncoding(ReadOnlySpan<char> list, string encoding)
    {
        foreach (var range in list.Split(','))
        {
            if (list[range].Trim().SequenceEqual(encoding))
                return true;
        }

        return false;
    }
}
