using ContactCenter.Probe.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.ServiceDefaults.Tests;

/// <summary>A gRPC service whose methods all do what the test says, served with the defaults.</summary>
internal sealed class Probe : ProbeService.ProbeServiceBase
{
    private readonly Func<string, ServerCallContext, Task<string>> _answer;

    private Probe(Func<string, ServerCallContext, Task<string>> answer) => _answer = answer;

    public static Task<TestService> ServeAsync(
        Func<string, ServerCallContext, Task<string>> answer, Action<WebApplicationBuilder>? configure = null, params string[] settings) =>
        TestService.StartAsync(
            builder =>
            {
                Register(builder, answer);
                configure?.Invoke(builder);
            },
            app => app.MapGrpcService<Probe>().AllowAnonymous(),
            settings);

    public static void Register(WebApplicationBuilder builder, Func<string, ServerCallContext, Task<string>> answer) =>
        builder.Services.AddSingleton(new Probe(answer));

    public static GrpcChannel ChannelTo(TestService service) => GrpcChannel.ForAddress(
        service.GrpcAddress, new GrpcChannelOptions { MaxSendMessageSize = null, MaxReceiveMessageSize = null });

    public override async Task<AskResponse> Ask(AskRequest request, ServerCallContext context) =>
        new() { Text = await _answer(request.Text, context) };

    public override async Task<AskResponse> Collect(IAsyncStreamReader<AskRequest> requestStream, ServerCallContext context)
    {
        var texts = new List<string>();
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
            texts.Add(request.Text);
        return new() { Text = await _answer(string.Join(' ', texts), context) };
    }

    public override async Task Watch(AskRequest request, IServerStreamWriter<AskResponse> responseStream, ServerCallContext context) =>
        await responseStream.WriteAsync(new() { Text = await _answer(request.Text, context) }, context.CancellationToken);

    public override async Task Talk(
        IAsyncStreamReader<AskRequest> requestStream, IServerStreamWriter<AskResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
            await responseStream.WriteAsync(new() { Text = await _answer(request.Text, context) }, context.CancellationToken);
    }
}
