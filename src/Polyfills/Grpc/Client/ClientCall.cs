using System.Net.Http.Headers;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>
/// One call: its request, its deadline and cancellation, and its one outcome. Whatever ends the call first decides the
/// outcome; everything that is still waiting then fails with it.
/// </summary>
internal abstract partial class ClientCall : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly DateTime? _deadline;
    private readonly ParentCall? _parent;
    private CancellationTokenRegistration _callerCancels;
    private CancellationTokenRegistration _parentCancels;
    private ITimer? _deadlineTimer;
    private HttpResponseMessage? _response;
    private Task<HttpResponseMessage>? _opening;
    private Task<Metadata>? _responseHeaders;
    private volatile Outcome? _outcome;
    private Metadata? _trailers;
    private bool _disposed;

    protected ClientCall(GrpcChannel channel, IMethod method, CallOptions options)
    {
        var deadline = options.Deadline ?? DateTime.MaxValue;
        if (deadline.Kind != DateTimeKind.Utc && deadline != DateTime.MaxValue && deadline != DateTime.MinValue)
            throw new InvalidOperationException("Deadline must have a kind DateTimeKind.Utc or be equal to DateTime.MaxValue or DateTime.MinValue.");

        _parent = options.PropagationToken as ParentCall;
        if (_parent?.Deadline < deadline)
            deadline = _parent.Deadline;
        _deadline = deadline == DateTime.MaxValue ? null : deadline;
        Channel = channel;
        Method = method;
        Options = options;
    }

    internal GrpcChannel Channel { get; }

    internal IMethod Method { get; }

    internal CallOptions Options { get; }

    /// <summary>Fires when the call is over before everything was sent and received.</summary>
    internal CancellationToken Stop => _stop.Token;

    internal bool IsOver => _outcome is not null;

    /// <summary>The server's headers, as soon as they are there.</summary>
    internal Task<Metadata> ResponseHeadersAsync => _responseHeaders ??= Observed(ReadHeadersAsync());

    /// <summary>Whether the server has to answer with exactly one message.</summary>
    protected abstract bool HasSingleResponse { get; }

    /// <summary>Whether requests may still be under way when the response has ended.</summary>
    protected abstract bool IsSending { get; }

    /// <summary>The compression that the requests are announced with, by the metadata that ask for one; null for none.</summary>
    protected string? RequestEncoding => Options.Headers?.GetValue(Metadata.CompressionRequestAlgorithmKey);

    public void Dispose()
    {
        _disposed = true;
        GiveUp(new Status(StatusCode.Cancelled, "gRPC call disposed."));
        OnDisposed();
    }

    internal Status GetStatus() => _outcome?.Status ?? throw new InvalidOperationException("Unable to get the status because the call is not complete.");

    internal Metadata GetTrailers()
    {
        if (_outcome?.Trailers is not { } headers)
            throw new InvalidOperationException("Can't get the call trailers because the call has not completed successfully.");

        return _trailers ??= HeaderMetadata.Read(headers);
    }

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, this);

    /// <summary>Gives the whole call up when a token of one read or write fires.</summary>
    internal CancellationTokenRegistration GiveUpWith(CancellationToken token) =>
        token == Options.CancellationToken ? default : GiveUpOn(token);

    /// <summary>Ends the call for a reason on this side, unless it is over, and says what to throw.</summary>
    internal Exception Fail(string doing, Exception reason)
    {
        if (reason is OperationCanceledException)
            GiveUp(new Status(StatusCode.Cancelled, "Call canceled by the client.", reason));
        else if (!IsOver)
            Finish(new Outcome(TransportFailure.ToStatus(doing, reason, deadlinePassed: _deadline <= Now())));

        return Failure();
    }

    /// <summary>What to throw at a caller who still uses the call when it is over.</summary>
    internal Exception Failure()
    {
        var status = GetStatus();
        if (Channel.ThrowOperationCanceledOnCancellation && (_outcome!.IsGivenUp || status.StatusCode == StatusCode.DeadlineExceeded))
            return new OperationCanceledException(status.Detail, status.DebugException, Options.CancellationToken);

        try
        {
            return new RpcException(status, _outcome!.Trailers is null ? Metadata.Empty : GetTrailers());
        }
        catch (FormatException)
        {
            // The status counts more than trailers that cannot be read; whoever asks for these is told.
            return new RpcException(status);
        }
    }

    /// <summary>Sends the request; the response is opened in the background.</summary>
    protected Task<HttpResponseMessage> Start(HttpContent content)
    {
        Channel.Begin(this);
        StartDeadline();
        _callerCancels = GiveUpOn(Options.CancellationToken);
        _parentCancels = GiveUpOn(_parent?.Cancellation ?? default);
        if (IsOver)
            Unregister();
        return _opening = OpenAsync(content);
    }

    /// <summary>Ends the call with the status that followed the last message.</summary>
    internal Status FinishFromTrailers(HttpResponseMessage response, bool messageMissing)
    {
        var status = ResponseStatus.AfterMessages(response, out var trailers);
        if (messageMissing && status.StatusCode == StatusCode.OK)
            status = ResponseStatus.MessageMissing;
        Finish(new Outcome(status, trailers));
        return GetStatus();
    }

    /// <summary>Wakes whoever waits to send.</summary>
    protected abstract void OnOver();

    /// <summary>Nobody will ask for the response any more.</summary>
    protected abstract void OnDisposed();

    /// <summary>Keeps an exception that nobody asks for from being reported as unobserved.</summary>
    protected static Task<T> Observed<T>(Task<T> task)
    {
        task.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return task;
    }

    private static Status Cancelled() => new(StatusCode.Cancelled, "Call canceled by the client.");

    private static DateTime Now() => TimeProvider.System.GetUtcNow().UtcDateTime;

    private CancellationTokenRegistration GiveUpOn(CancellationToken token) =>
        token.UnsafeRegister(static (call, _) => ((ClientCall)call!).GiveUp(Cancelled()), this);

    private void GiveUp(Status status) => Finish(new Outcome(status, IsGivenUp: true));

    private void Finish(Outcome outcome)
    {
        lock (_lock)
        {
            if (IsOver)
                return;
            _outcome = outcome;
        }

        var status = outcome.Status;
        Unregister();
        Channel.End(this);
        EndActivity(status);
        if (status.StatusCode != StatusCode.OK)
            CallLog.CallFailed(Channel.Logger, Method.FullName, status.StatusCode, status.Detail, status.DebugException);

        if (outcome.Trailers is null || IsSending)
            _stop.Cancel();
        _response?.Dispose();
        OnOver();
    }

    private async Task<Metadata> ReadHeadersAsync()
    {
        var response = await _opening!;
        return HeaderMetadata.Read(response.Headers);
    }

    private void StartDeadline()
    {
        if (_deadline is not { } deadline)
            return;

        var remaining = deadline - Now();
        if (remaining <= TimeSpan.Zero)
            GiveUp(new Status(StatusCode.DeadlineExceeded, ""));
        else
            _deadlineTimer = TimeProvider.System.CreateTimer(static call => ((ClientCall)call!).OnDeadlineTimer(), this, TimerDue(remaining), Timeout.InfiniteTimeSpan);
    }

    private void OnDeadlineTimer()
    {
        var remaining = _deadline!.Value - Now();
        if (remaining <= TimeSpan.Zero)
            GiveUp(new Status(StatusCode.DeadlineExceeded, ""));
        else
            _deadlineTimer?.Change(TimerDue(remaining), Timeout.InfiniteTimeSpan);
    }

    /// <summary>A timer takes 49 days at most and runs on another clock than the deadline: it may have to be set again.</summary>
    private static TimeSpan TimerDue(TimeSpan remaining) =>
        TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(remaining.TotalMilliseconds), 1, int.MaxValue));

    /// <summary>Lets go of what could end the call.</summary>
    private void Unregister()
    {
        _deadlineTimer?.Dispose();
        _callerCancels.Unregister();
        _parentCancels.Unregister();
    }

    /// <summary>How the call ended.</summary>
    /// <param name="Status">The status.</param>
    /// <param name="Trailers">The headers that the server ended the call with; null when it did not.</param>
    /// <param name="IsGivenUp">Whether this side ended the call before the server did.</param>
    private sealed record Outcome(Status Status, HttpHeaders? Trailers = null, bool IsGivenUp = false);
}
