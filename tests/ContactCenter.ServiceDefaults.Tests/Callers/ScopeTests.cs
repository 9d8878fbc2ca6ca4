using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults.Callers;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ContactCenter.ServiceDefaults.Tests.Callers;

public sealed class ScopeTests(TestServers servers) : CallerTest(servers)
{
    private static readonly Metadata Key = new() { { "x-api-key", TestKey.Text } };

    [Fact]
    [Rule("SEC-9")]
    public async Task A_method_is_refused_without_its_scope_and_the_error_names_it()
    {
        var client = ClientOf(await StartAsync("probe.read"));
        using var collect = client.Collect(Key, cancellationToken: Cancellation);
        using var watch = client.Watch(new(), Key, cancellationToken: Cancellation);

        var write = await Assert.ThrowsAsync<RpcException>(async () => await collect.ResponseAsync);
        var own = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(Cancellation));

        Assert.Equal((StatusCode.PermissionDenied, CallerErrors.ScopeMissing), (write.StatusCode, RpcErrors.ReasonOf(write)));
        var info = write.GetRpcStatus()!.GetDetail<ErrorInfo>()!;
        Assert.Equal(("contactcenter.probe", "probe.write"), (info.Domain, info.Metadata["scope"]));
        Assert.Equal("probe.watch", own.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Metadata["scope"]);
    }

    [Fact]
    [Rule("SEC-9")]
    public async Task Write_contains_read_and_no_scope_contains_another()
    {
        var writer = ClientOf(await StartAsync("probe.write"));
        var others = ClientOf(await StartAsync("probe.operate", "probe.admin", "probe.watch"));

        using var collect = writer.Collect(Key, cancellationToken: Cancellation);
        await collect.RequestStream.CompleteAsync();
        await collect.ResponseAsync;
        await writer.AskAsync(new(), Key, cancellationToken: Cancellation);
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await others.AskAsync(new(), Key, cancellationToken: Cancellation));

        Assert.Equal("probe.read", failure.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Metadata["scope"]);
    }

    [Fact]
    [Rule("SEC-9")]
    public async Task A_method_without_a_declared_scope_is_refused_whatever_the_key_allows()
    {
        var client = ClientOf(await StartAsync("probe.write", "probe.operate", "probe.admin", "probe.watch"));
        using var talk = client.Talk(Key, cancellationToken: Cancellation);

        var failure = await Assert.ThrowsAsync<RpcException>(() => talk.ResponseStream.MoveNext(Cancellation));

        Assert.Equal((StatusCode.PermissionDenied, CallerErrors.ScopeUndeclared), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
    }

    [Fact]
    [Rule("SEC-9")]
    [Rule("SEC-11")]
    public async Task An_HTTP_endpoint_needs_its_scope_and_one_that_says_nothing_is_closed()
    {
        var service = await StartAsync(
            app =>
            {
                app.MapGet("/v1/report", (HttpContext context) => context.GetCaller().Actor).RequireScope("probe.read");
                app.MapGet("/v1/setting", () => "secret").RequireScope("admin");
                app.MapGet("/forgotten", () => "secret");
                app.MapPost("/webhook", () => "signed").AllowAnonymous();
            },
            TestKey.Settings(Clock, "probe.read"));

        Assert.Equal((HttpStatusCode.OK, "apikey:7m3k9q2x5c8v"), await GetAsync(service, "/v1/report", TestKey.Text));
        Assert.Equal((HttpStatusCode.Unauthorized, CallerErrors.KeyInvalid), await GetAsync(service, "/v1/report", null));
        Assert.Equal((HttpStatusCode.Forbidden, CallerErrors.ScopeMissing), await GetAsync(service, "/v1/setting", TestKey.Text));
        Assert.Equal((HttpStatusCode.Unauthorized, CallerErrors.KeyInvalid), await GetAsync(service, "/forgotten", null));
        Assert.Equal((HttpStatusCode.Forbidden, CallerErrors.ScopeUndeclared), await GetAsync(service, "/forgotten", TestKey.Text));
        using var webhook = await service.Http.PostAsync("/webhook", null, Cancellation);
        Assert.Equal(HttpStatusCode.OK, webhook.StatusCode);
        using var wrongMethod = await service.Http.GetAsync("/webhook", Cancellation);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, wrongMethod.StatusCode);
        using var unknown = await service.Http.GetAsync("/nothing", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    [Rule("SEC-11")]
    public async Task A_service_without_keys_starts_says_so_answers_health_and_lets_nobody_in()
    {
        var service = await StartAsync(map: null, settings: []);

        var failure = await RefusedAsync(service, ("x-api-key", TestKey.Text));

        Assert.Equal(StatusCode.Unauthenticated, failure.StatusCode);
        Assert.Contains(Logs.Lines, line => line.Level == LogLevel.Warning && line.Message.StartsWith("No API key is valid", StringComparison.Ordinal));
        using var alive = await service.Http.GetAsync("/alive", Cancellation);
        using var health = await service.Http.GetAsync("/health", Cancellation);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (alive.StatusCode, health.StatusCode));
    }

    [Fact]
    [Rule("SEC-11")]
    public async Task A_service_without_AddCallers_lets_nobody_in()
    {
        await using var service = await TestService.StartAsync(
            builder => Probe.Register(builder, (text, _) => Task.FromResult(text)), app => app.MapGrpcService<Probe>());

        Assert.Equal(StatusCode.Unauthenticated, (await RefusedAsync(service, ("x-api-key", TestKey.Text))).StatusCode);
    }

    [Fact]
    [Rule("SEC-11")]
    public async Task A_method_that_does_not_exist_is_UNIMPLEMENTED_for_callers_and_closed_for_others()
    {
        var service = await StartAsync("probe.read");
        var invoker = Grpc.Net.Client.GrpcChannel.ForAddress(service.GrpcAddress).CreateCallInvoker();
        var text = Marshallers.Create<string>(System.Text.Encoding.UTF8.GetBytes, System.Text.Encoding.UTF8.GetString);
        var method = new Method<string, string>(MethodType.Unary, "contactcenter.probe.v1.ProbeService", "Sing", text, text);

        async Task<StatusCode> CallAsync(Metadata headers)
        {
            using var call = invoker.AsyncUnaryCall(method, null, new CallOptions(headers, cancellationToken: Cancellation), "");
            return (await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseAsync)).StatusCode;
        }

        Assert.Equal(StatusCode.Unimplemented, await CallAsync(Key));
        Assert.Equal(StatusCode.Unauthenticated, await CallAsync([]));
    }

    [Fact]
    [Rule("DUR-59")]
    public async Task Denied_calls_are_entered_once_a_minute_with_their_number()
    {
        var service = await StartAsync("probe.watch");
        for (var i = 0; i < 3; i++)
            await RefusedAsync(service, ("x-api-key", TestKey.Text));

        Clock.Advance(TimeSpan.FromSeconds(10));

        await Eventually.TrueAsync(async () => await ScalarAsync<long>("SELECT count(*) FROM durable.audit_entries") == 1);
        Assert.Equal(
            "apikey:7m3k9q2x5c8v DENIED /contactcenter.probe.v1.ProbeService/Ask 3",
            await ScalarAsync<string>("SELECT concat_ws(' ', actor, result, action, details ->> 'count') FROM durable.audit_entries"));
    }

    private static async Task<(HttpStatusCode, string?)> GetAsync(TestService service, string path, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null)
            request.Headers.Add("x-api-key", key);
        using var response = await service.Http.SendAsync(request, Cancellation);
        return response.IsSuccessStatusCode
            ? (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation))
            : (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("reason").GetString());
    }
}
