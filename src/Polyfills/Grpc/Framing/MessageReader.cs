using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
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
        if (!reader.TryRead(out var result))
            return ReadSingleSlowlyAsync(reader, decoding, deserializer, cancellationToken);

        T? message = null;
        return TakeSingle(reader, result, decoding, deserializer, ref message)
            ? new ValueTask<T>(message)
            : ReadSingleSlowlyAsync(reader, decoding, deserializer, cancellationToken, message);
    }

    /// <summary>Reads the next message of a stream.</summary>
    /// <returns>The message, or null at the end of the stream.</returns>
    /// <exception cref="RpcException">An incomplete message, or one that <see cref="MessageDecoding"/> refuses.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
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

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<T> ReadSingleSlowlyAsync<T>(
        PipeReader reader, MessageDecoding decoding, Func<DeserializationContext, T> deserializer, CancellationToken cancellationToken, T? message = null)
        where T : class
    {
        while (!TakeSingle(reader, await reader.ReadAsync(cancellationToken), decoding, deserializer, ref message))
        {
        }

        return message;
    }

    /// <summary>Looks at what was received for the only message and its end.</summary>
    /// <returns>True when both are there.</returns>
    private static bool TakeSingle<T>(
        PipeReader reader, in ReadResult result, in MessageDecoding decoding, Func<DeserializationContext, T> deserializer, [NotNullWhen(true)] ref T? message)
        where T : class
    {
        var buffer = result.Buffer;
        try
        {
            if (result.IsCanceled)
                throw new RpcException(FramingErrors.Cancelled);
            if (message is null && decoding.TryTake(ref buffer, deserializer, out T taken))
                message = taken;
            if (message is not null && !buffer.IsEmpty)
                throw new RpcException(FramingErrors.AdditionalData);
            if (result.IsCompleted)
                return message is not null ? true : throw new RpcException(FramingErrors.Incomplete);
            return false;
        }
        finally
        {
            reader.AdvanceTo(buffer.Start, result.Buffer.End);
        }
    }
}
