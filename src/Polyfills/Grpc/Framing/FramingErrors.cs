using Grpc.Core;

namespace Grpc.Framing;

/// <summary>The statuses of messages that break a limit or the protocol, worded as the official packages word them.</summary>
internal static class FramingErrors
{
    internal static readonly Status ReceivedTooLarge = new(StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size.");

    internal static readonly Status SendingTooLarge = new(StatusCode.ResourceExhausted, "Sending message exceeds the maximum configured message size.");

    internal static readonly Status Incomplete = new(StatusCode.Internal, "Incomplete message.");

    internal static readonly Status AdditionalData = new(StatusCode.Internal, "Additional data after the message received.");

    internal static readonly Status Cancelled = new(StatusCode.Cancelled, "Incoming message cancelled.");

    internal static readonly Status UnexpectedFlag = new(StatusCode.Internal, "Unexpected compressed flag value in message header.");

    internal static readonly Status CompressedWithoutEncoding = new(StatusCode.Internal, "Request did not include grpc-encoding value with compressed message.");

    internal static readonly Status CompressedIdentity = new(StatusCode.Internal, "Request sent 'identity' grpc-encoding value with compressed message.");

    internal static Status UnsupportedEncoding(string encoding, IEnumerable<string> supported) =>
        new(StatusCode.Unimplemented, $"Unsupported grpc-encoding value '{encoding}'. Supported encodings: {string.Join(", ", supported)}");
}
