using ContactCenter.Testing.V1;
using Grpc.Core;

namespace ContactCenter.Polyfills.Grpc.Tests.Server;

/// <summary>The service under test; a request's command says what it does instead of an echo.</summary>
public sealed class EchoHandler(EchoProbe probe) : EchoService.EchoServiceBase
{
    public override async Task<EchoResponse> Unary(EchoRequest request, ServerCallContext context)
    {
        await ObeyAsync(request, context);
        return request.Command == "null" ? null! : new EchoResponse { Text = request.Text, Payload = request.Payload };
    }

    public override async Task<EchoResponse> ClientStream(IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context)
    {
        var count = 0;
        var text = "";
        await foreach (var request in requestStream.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            if (request.Command == "stop-reading")
                return new EchoResponse { Text = "stopped" };
            await ObeyAsync(request, context);
            count++;
            text += request.Text;
        }

        return new EchoResponse { Text = $"{count}:{text}" };
    }

    public override async Task ServerStream(EchoRequest request, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context)
    {
        for (var i = 0; i < request.Count; i++)
            await responseStream.WriteAsync(new EchoResponse { Text = $"{request.Text}{i}", Payload = request.Payload });
        await ObeyAsync(request, context);
    }

    public override async Task Duplex(IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await ObeyAsync(request, context);
            await responseStream.WriteAsync(new EchoResponse { Text = request.Text, Payload = request.Payload });
        }
    }

    private async Task ObeyAsync(EchoRequest request, ServerCallContext context)
    {
        probe.LastCall = context;
        switch (request.Command)
        {
            case "wait":
                probe.Waiting.TrySetResult();
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
                }
                finally
                {
                    probe.WaitEnded.TrySetResult();
                }

                break;
            case "throw":
                throw new InvalidOperationException("the secret");
            case "status":
                throw new RpcException(
                    new Status(StatusCode.NotFound, "gefunden wird nichts: äöü % 🎉\n"),
                    new Metadata { { "reason", "none" }, { "detail-bin", [1, 2, 3, 255] } });
            case "set-status":
                context.Status = new Status(StatusCode.DataLoss, "half");
                break;
            case "headers":
                await context.WriteResponseHeadersAsync(new Metadata { { "early", "1" }, { "early-bin", [7] } });
                context.ResponseTrailers.Add("late", "2");
                break;
            case "metadata":
                foreach (var entry in context.RequestHeaders.Where(entry => entry.Key.StartsWith("x-", StringComparison.Ordinal)))
                    context.ResponseTrailers.Add(entry);
                context.ResponseTrailers.Add("peer", context.Peer);
                context.ResponseTrailers.Add("method", context.Method);
                context.ResponseTrailers.Add("has-deadline", context.Deadline == DateTime.MaxValue ? "no" : "yes");
                break;
            case "no-compress":
                context.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
                break;
            case "bad-trailer":
                context.ResponseTrailers.Add("broken", "ä\u0001");
                break;
            case "":
                break;
        }
    }
}

/// <summary>What a test wants to know about the call under way.</summary>
public sealed class EchoProbe
{
    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource WaitEnded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ServerCallContext? LastCall { get; set; }
}
