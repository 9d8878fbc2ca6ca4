using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.Framing;

/// <summary>Reads messages from a pipe.</summary>
internal static class MessageReader
{
    /// <summary>Reads the only message of a pipe and its end.</summary>
    /// <exception cref="RpcException">No message, an incomplete one, more than one, or one that <see cref="MessageDecoding"/> refuses.</exception>
    internal static ValueTask<T> ReadSingleAsync<T>(
        PipeReader reader, MessageDecoding decoding, Func<DeserializationContext, T> deserializer, CancellationToken cancellationToken)
        where T : class
    {
        if (reader.TryRead(out var result) && !result.IsCanceled)
        {
            var buffer = result.Buffer;
            var start = buffer.Start;
            try
            {
                if (result.IsCompleted && decoding.TryTake(ref buffer, deserializer, out T message) && buffer.IsEmpty)
                {
                    reader.AdvanceTo(buffer.End);
                    return new ValueTask<T>(message);
                }
            }
            catch
            {
                reader.AdvanceTo(buffer.End);
                throw;
            }

            // Not whole yet: everything stays for the slow way.
            reader.AdvanceTo(start);
        }

        return ReadSingleSlowlyAsync(reader, decoding, deserializer, cancellationToken);
    }

    /// <summary>Reads the next message of a stream.</summary>
    /// <returns>The message, or null at the end of the stream.</returns>
    /// <exception cref="RpcException">An incomplete message, or one that <see cref="MessageDecoding"/> refuses.</exception>
    internal static async ValueTask<T?> ReadNextAsync<T>(
        PipeReader reader, MessageDecoding decoding, Func<DeserializationContext, T> deserializer, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            if (!reader.TryRead(out var result))
                result = await reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            var consumed = buffer.Start;
            var examined = buffer.End;
            try
            {
                if (result.IsCanceled)
                    throw new RpcException(FramingErrors.Cancelled);
                if (decoding.TryTake(ref buffer, deserializer, out T message))
                {
                    consumed = examined = buffer.Start;
                    return message;
                }

                if (result.IsCompleted)
                    return buffer.IsEmpty ? null : throw new RpcException(FramingErrors.Incomplete);
            }
            finally
            {
                reader.AdvanceTo(consumed, examined);
            }
        }
    }

    /// <summary>The encodings to name in <c>grpc-accept-encoding</c>.</summary>
    internal static IEnumerable<string> AcceptedEncodings(IReadOnlyList<ICompressionProvider> providers) =>
        providers.Select(provider => provider.EncodingName).Prepend(GrpcProtocol.IdentityEncoding);

    private static async ValueTask<T> ReadSingleSlowlyAsync<T>(
        PipeReader reader, MessageDecoding decoding, Func<DeserializationContext, T> deserializer, CancellationToken cancellationToken)
        where T : class
    {
        var message = await ReadNextAsync(reader, decoding, deserializer, cancellationToken)
            ?? throw new RpcException(FramingErrors.Incomplete);

        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var isMore = !result.Buffer.IsEmpty;
            reader.AdvanceTo(result.Buffer.End);
            if (isMore)
                throw new RpcException(FramingErrors.AdditionalData);
            if (result.IsCanceled)
                throw new RpcException(FramingErrors.Cancelled);
            if (result.IsCompleted)
                return message;
        }
    }
}
