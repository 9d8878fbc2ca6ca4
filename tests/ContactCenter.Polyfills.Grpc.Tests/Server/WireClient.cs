using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using ContactCenter.Testing.V1;
using Google.Protobuf;

namespace ContactCenter.Polyfills.Grpc.Tests.Server;

/// <summary>Writes gRPC by hand over an HTTP/2 client, so that no client code of ours can hide what the server does.</summary>
public sealed class WireClient : IDisposable
{
    private const string Service = "/contactcenter.testing.v1.EchoService/";
    private readonly HttpClient _http;

    public WireClient(Uri address, HttpMessageHandler? handler = null) => _http = new HttpClient(handler ?? new SocketsHttpHandler())
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(60),
    };

    /// <summary>One message with its header.</summary>
    public static byte[] Frame(IMessage message, bool gzip = false)
    {
        var payload = message.ToByteArray();
        if (gzip)
        {
            using var compressed = new MemoryStream();
            using (var stream = new GZipStream(compressed, CompressionLevel.Fastest))
                stream.Write(payload);
            payload = compressed.ToArray();
        }

        return FrameBytes(payload, gzip ? (byte)1 : (byte)0);
    }

    public static byte[] FrameBytes(byte[] payload, byte flag = 0)
    {
        var frame = new byte[payload.Length + 5];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), payload.Length);
        payload.CopyTo(frame, 5);
        return frame;
    }

    public Task<WireAnswer> UnaryAsync(EchoRequest request, params (string Name, string Value)[] headers) =>
        SendAsync("Unary", Frame(request), headers);

    public async Task<WireAnswer> SendAsync(string method, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = Request(method, new ByteArrayContent(body), headers);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return await WireAnswer.ReadAsync(response);
    }

    public Task<HttpResponseMessage> OpenAsync(string method, HttpContent content, params (string Name, string Value)[] headers) =>
        _http.SendAsync(Request(method, content, headers), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(string method, HttpContent content, (string Name, string Value)[] headers)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var request = new HttpRequestMessage(HttpMethod.Post, method.StartsWith('/') ? method : Service + method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        foreach (var (name, value) in headers)
        {
            if (name == "content-type")
                content.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            else if (name == "version")
                request.Version = Version.Parse(value);
            else if (name == "method")
                request.Method = new HttpMethod(value);
            else
                request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }
}

/// <summary>A whole answer: the HTTP status, the messages as they were framed, and the status wherever it stood.</summary>
public sealed record WireAnswer(HttpStatusCode Http, List<(byte Flag, byte[] Payload)> Frames, Dictionary<string, string> Headers, Dictionary<string, string> Trailers)
{
    public bool IsTrailersOnly => Headers.ContainsKey("grpc-status");

    public string Status => Headers.GetValueOrDefault("grpc-status") ?? Trailers.GetValueOrDefault("grpc-status") ?? "missing";

    public string Message => Headers.GetValueOrDefault("grpc-message") ?? Trailers.GetValueOrDefault("grpc-message") ?? "";

    public EchoResponse Response => Responses.Single();

    public IEnumerable<EchoResponse> Responses => Frames.Select(frame => EchoResponse.Parser.ParseFrom(frame.Payload));

    public static async Task<WireAnswer> ReadAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var frames = new List<(byte, byte[])>();
        for (var at = 0; at < body.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at + 1));
            frames.Add((body[at], body[(at + 5)..(at + 5 + length)]));
            at += 5 + length;
        }

        return new WireAnswer(response.StatusCode, frames, Flatten(response.Headers), Flatten(response.TrailingHeaders));
    }

    private static Dictionary<string, string> Flatten(HttpResponseHeaders headers) =>
        headers.ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase);
}
