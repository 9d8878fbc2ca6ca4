using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.Testing;

/// <summary>
/// Requests that nobody means: each empty but for one odd value, for every field that the contract has, however deep. Whatever they
/// ask, the answer is a result or a typed error that fits into the headers that every client takes.
/// </summary>
public static class OddRequests
{
    private const int Deepest = 5;
    private const int MostOfMethod = 1_000;
    private const int Many = 2_000;
    private const int AtATime = 8;

    // What clients take by default, without the few other headers.
    private const int MostTrailerBytes = 7_500;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StreamLimit = TimeSpan.FromSeconds(2);

    private static readonly StatusCode[] Typed =
    [
        StatusCode.InvalidArgument, StatusCode.NotFound, StatusCode.FailedPrecondition, StatusCode.AlreadyExists, StatusCode.OutOfRange, StatusCode.Aborted,
        StatusCode.ResourceExhausted,
    ];

    private static readonly string[] Texts = [new('x', 5_000), "a\0b", "💥{", "00000000-0000-0000-0000-000000000000"];

    /// <summary>Sends them to every method that takes one request; fails with a line for each answer that is neither a result nor a typed error.</summary>
    /// <param name="invoker">Calls the service, with every scope.</param>
    /// <param name="contracts">Has the generated code.</param>
    /// <param name="package">Of the services that are called.</param>
    /// <param name="cancellation">Ends the calls.</param>
    public static async Task SendAsync(CallInvoker invoker, Assembly contracts, string package, CancellationToken cancellation)
    {
        var wrong = new ConcurrentQueue<string>();
        var methods = contracts.GetExportedTypes()
            .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)).OfType<ServiceDescriptor>()
            .Where(service => service.File.Package == package)
            .SelectMany(service => service.Methods).Where(method => !method.IsClientStreaming);
        var requests = methods.SelectMany(method => Of(method.InputType, 0).Take(MostOfMethod).Select(request => (method, request))).ToList();
        Xunit.Assert.NotEmpty(requests);
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellation }, async (one, ct) =>
        {
            if (await CallAsync(invoker, one.method, one.request, ct) is { } answer)
                wrong.Enqueue($"{one.method.Service.Name}/{one.method.Name} {Shortened(one.request)}: {answer}");
        });
        Xunit.Assert.True(wrong.IsEmpty, string.Join('\n', wrong));
    }

    private static async Task<string?> CallAsync(CallInvoker invoker, MethodDescriptor method, IMessage request, CancellationToken cancellation)
    {
        var call = new Method<IMessage, byte[]>(
            method.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary,
            method.Service.FullName,
            method.Name,
            Marshallers.Create(message => message.ToByteArray(), method.InputType.Parser.ParseFrom),
            Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes));
        try
        {
            if (method.IsServerStreaming)
            {
                using var stream = invoker.AsyncServerStreamingCall(call, null, OptionsOf(StreamLimit), request);
                await stream.ResponseStream.MoveNext(cancellation);
            }
            else
            {
                await invoker.AsyncUnaryCall(call, null, OptionsOf(Limit), request);
            }

            return null;
        }
        catch (RpcException waiting) when (method.IsServerStreaming && waiting.StatusCode == StatusCode.DeadlineExceeded)
        {
            return null;
        }
        catch (RpcException failure)
        {
            var bytes = failure.Trailers.Sum(entry => entry.Key.Length + (entry.IsBinary ? entry.ValueBytes.Length * 4 / 3 : entry.Value.Length)) + Uri.EscapeDataString(failure.Status.Detail).Length;
            return !Typed.Contains(failure.StatusCode) ? failure.Status.ToString()
                : failure.Trailers.All(entry => entry.Key != "grpc-status-details-bin") ? $"{failure.Status} without details"
                : bytes > MostTrailerBytes ? $"{failure.StatusCode} with {bytes} bytes of trailers"
                : null;
        }

        CallOptions OptionsOf(TimeSpan limit) => new(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + limit, cancellationToken: cancellation);
    }

    private static IEnumerable<IMessage> Of(MessageDescriptor type, int depth)
    {
        yield return Empty(type);
        if (type.FullName == Timestamp.Descriptor.FullName)
        {
            yield return new Timestamp { Seconds = long.MaxValue };
            yield return new Timestamp { Seconds = 1, Nanos = -1 };
            yield return new Timestamp { Seconds = -62135596801 };
        }
        else if (type.FullName == Duration.Descriptor.FullName)
        {
            yield return new Duration { Seconds = -1 };
            yield return new Duration { Seconds = long.MaxValue };
            yield return new Duration { Seconds = 1, Nanos = -1 };
        }
        else if (depth < Deepest && type.File.Package != Timestamp.Descriptor.File.Package)
        {
            foreach (var field in type.Fields.InFieldNumberOrder())
            {
                foreach (var set in Settings(field, depth))
                {
                    var message = Empty(type);
                    set(message);
                    yield return message;
                }
            }
        }
    }

    private static IEnumerable<Action<IMessage>> Settings(FieldDescriptor field, int depth)
    {
        if (field.IsMap)
        {
            var value = field.MessageType.FindFieldByName("value");
            var key = field.MessageType.FindFieldByName("key").FieldType == FieldType.String ? (object)"💥" : 0;
            foreach (var odd in ValuesOf(value, depth))
                yield return message => ((IDictionary)field.Accessor.GetValue(message)).Add(key, odd(value.FieldType == FieldType.Enum ? TypeOfItems(field, message, 1) : null));
        }
        else if (field.IsRepeated)
        {
            foreach (var odd in ValuesOf(field, depth))
                yield return message => ((IList)field.Accessor.GetValue(message)).Add(odd(TypeOfItems(field, message, 0)));
            if (field.FieldType == FieldType.String)
                yield return message => Fill((IList<string>)field.Accessor.GetValue(message));
        }
        else
        {
            foreach (var odd in ValuesOf(field, depth))
                yield return message => field.Accessor.SetValue(message, odd(field.FieldType == FieldType.Enum ? field.Accessor.GetValue(message).GetType() : null));
        }
    }

    private static void Fill(IList<string> texts)
    {
        for (var i = 0; i < Many; i++)
            texts.Add($"x{i}");
    }

    private static System.Type TypeOfItems(FieldDescriptor field, IMessage message, int place) => field.Accessor.GetValue(message).GetType().GetGenericArguments()[place];

    private static IEnumerable<Func<System.Type?, object>> ValuesOf(FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.Message => Of(field.MessageType, depth + 1).Select(message => new Func<System.Type?, object>(_ => message)),
        FieldType.Enum => [type => System.Enum.ToObject(type!, 999)],
        FieldType.String => Same(Texts),
        FieldType.Bytes => Same(ByteString.CopyFrom(0xFF, 0x00, 0xFE)),
        FieldType.Bool => Same(true),
        FieldType.Double => Same(double.NaN, double.PositiveInfinity, -1.0),
        FieldType.Float => Same(float.NaN),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => Same(-1L, long.MaxValue, long.MinValue),
        FieldType.UInt64 or FieldType.Fixed64 => Same(ulong.MaxValue),
        FieldType.UInt32 or FieldType.Fixed32 => Same(uint.MaxValue),
        _ => Same(-1, int.MaxValue, int.MinValue),
    };

    private static IEnumerable<Func<System.Type?, object>> Same<T>(params IEnumerable<T> values)
        where T : notnull => values.Select(value => new Func<System.Type?, object>(_ => value));

    private static IMessage Empty(MessageDescriptor type) => type.Parser.ParseFrom(ByteString.Empty);

    private static string Shortened(IMessage request) => JsonFormatter.ToDiagnosticString(request) is var text && text.Length > 200 ? text[..200] : text;
}
