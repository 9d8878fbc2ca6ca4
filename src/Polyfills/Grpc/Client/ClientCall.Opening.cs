using System.Diagnostics;
using System.Globalization;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <content>How the request is sent and the response begun.</content>
internal abstract partial class ClientCall
{
    private static readonly ActivitySource Activities = new("Grpc.Net.Client");

    private Activity? _activity;

    private async Task<HttpResponseMessage> OpenAsync(HttpContent content)
    {
        StartActivity();
        try
        {
            var request = RequestHeaders.Create(Channel, Method, Options, content, _deadline - Now());
            await AddCredentialsAsync(request);
            var response = await SendAsync(request);
            lock (_lock)
            {
                _response = response;
                if (IsOver)
                    response.Dispose();
            }

            if (ResponseStatus.BeforeMessages(response, HasSingleResponse, out var trailers) is { } status)
                Finish(new Outcome(status, trailers));
            return response;
        }
        catch (Exception e)
        {
            throw Fail("Error starting gRPC call.", e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        for (var delay = TimeSpan.FromMilliseconds(50); ; delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, TimeSpan.TicksPerSecond)))
        {
            Stop.ThrowIfCancellationRequested();
            try
            {
                return Channel.Invoker is HttpClient client
                    ? await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop)
                    : await Channel.Invoker.SendAsync(request, Stop);
            }
            catch (HttpRequestException e) when (Options.IsWaitForReady && Channel.Invoker is not HttpClient && e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
            {
                await Task.Delay(delay, TimeProvider.System, Stop);
            }
        }
    }

    private async Task AddCredentialsAsync(HttpRequestMessage request)
    {
        if (Options.Credentials is null && Channel.CallCredentials is null)
            return;

        if (!Channel.SendsCallCredentials)
        {
            CallLog.CallCredentialsNotUsed(Channel.Logger);
            return;
        }

        var context = new AuthInterceptorContext(Channel.ServiceUrlOf(Method), Method.Name, Stop);
        foreach (var interceptor in (Options.Credentials?.Interceptors ?? []).Concat(Channel.CallCredentials?.Interceptors ?? []))
        {
            var metadata = new Metadata();
            await interceptor(context, metadata).WaitAsync(Stop);
            HeaderMetadata.Add(request.Headers, metadata);
        }
    }

    private void StartActivity()
    {
        _activity = Activities.StartActivity("Grpc.Net.Client.GrpcOut", ActivityKind.Client);
        if (_activity is null)
            return;

        _activity.SetTag("grpc.method", Method.FullName);
        _activity.SetTag("rpc.system", "grpc");
        _activity.SetTag("rpc.service", Method.ServiceName);
        _activity.SetTag("rpc.method", Method.Name);
    }

    private void EndActivity(Status status)
    {
        if (_activity is null)
            return;

        // A call may be ended from anywhere; whatever activity is current there stays so.
        var current = Activity.Current;
        _activity.SetTag("grpc.status_code", ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture));
        _activity.SetTag("rpc.grpc.status_code", (int)status.StatusCode);
        if (status.StatusCode != StatusCode.OK)
            _activity.SetStatus(ActivityStatusCode.Error, status.Detail);
        _activity.Stop();
        Activity.Current = current;
    }
}
