using ContactCenter.Egress;
using ContactCenter.Egress.Http;
using ContactCenter.Egress.Secrets;
using ContactCenter.WfmConnector.Reports;
using Microsoft.Extensions.Options;

namespace ContactCenter.WfmConnector.Connections;

/// <summary>Makes the calls of the push interface (WFM-13) and says what the answers mean (WFM-79 to WFM-86).</summary>
/// <param name="egress">The way out.</param>
/// <param name="tokens">Authenticates.</param>
/// <param name="store">Told how calls went.</param>
/// <param name="redactor">Removes secrets from answers that are kept.</param>
/// <param name="options">How fast reports may be sent.</param>
/// <param name="timeProvider">Now.</param>
public sealed class CxoneClient(EgressClient egress, CxoneTokens tokens, ConnectionStore store, Redactor redactor, IOptions<WfmOptions> options, TimeProvider timeProvider)
{
    /// <summary>Most bytes of a report (WFM-72).</summary>
    private const long LargestReport = 32 << 20;

    private const int LongestBody = 64 << 10;

    private static readonly string[] KeptHeaders = ["Date", "Retry-After", "Content-Type", "X-Request-Id", "X-Correlation-Id", "Server"];

    /// <summary>Sends states; at most 10 s, so that it has an end before the lease has.</summary>
    /// <param name="connection">Where to.</param>
    /// <param name="body">The request.</param>
    /// <param name="requestId">Names it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<CxoneAnswer> SendStatesAsync(Connection connection, byte[] body, string requestId, CancellationToken cancellationToken) => CallAsync(
        connection,
        new("agent_states", HttpMethod.Post) { Body = body, RequestId = requestId, With = destination => destination with { Timeouts = new() { Whole = TimeSpan.FromSeconds(10) } } },
        cancellationToken);

    /// <summary>Sends a report.</summary>
    /// <param name="connection">Where to.</param>
    /// <param name="path">Of the profile.</param>
    /// <param name="body">The request.</param>
    /// <param name="requestId">The same for every attempt (WFM-73).</param>
    /// <param name="jobId">Of the job that sends it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<CxoneAnswer> SendReportAsync(Connection connection, string path, byte[] body, string requestId, Guid jobId, CancellationToken cancellationToken) => CallAsync(
        connection,
        new(path, HttpMethod.Post)
        {
            Body = body,
            RequestId = requestId,
            ReservationId = jobId.ToString(),
            With = destination => destination with
            {
                MaxRequestBytes = LargestReport,
                Timeouts = new() { Whole = TimeSpan.FromSeconds(120) },
                Rate = new() { PerSecond = options.Value.Reports.RatePerMinute / 60.0, Burst = Math.Max(2, options.Value.Reports.RatePerMinute / 60) },
            },
        },
        cancellationToken);

    /// <summary>Sends a heartbeat: an empty list of states if the profile has none (WFM-14).</summary>
    /// <param name="connection">Where to.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<CxoneAnswer> BeatAsync(Connection connection, CancellationToken cancellationToken) => connection.Profile.Path("heartbeat") is null
        ? SendStatesAsync(connection, connection.Profile.Writer.States(new(timeProvider.GetUtcNow().UtcDateTime, false, [])), $"{Guid.CreateVersion7(timeProvider.GetUtcNow())}", cancellationToken)
        : CallAsync(connection, new("heartbeat", HttpMethod.Get), cancellationToken);

    /// <summary>Tries a path out: what comes of it does not count as how the connection is.</summary>
    /// <param name="connection">Where to.</param>
    /// <param name="path">Of the profile, one that takes no data.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<CxoneAnswer> ProbeAsync(Connection connection, string path, CancellationToken cancellationToken) => AskAsync(connection, new(path, HttpMethod.Get), cancellationToken);

    private async Task<CxoneAnswer> CallAsync(Connection connection, Call call, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(connection, call, cancellationToken);
        if (answer.Result != CxoneResult.Delayed)
            await store.TellAsync(answer, cancellationToken);
        return answer;
    }

    private async Task<CxoneAnswer> AskAsync(Connection connection, Call call, CancellationToken cancellationToken)
    {
        var answer = await TryAsync(null);
        if (answer.Answer is { Result: CxoneResult.Unauthorized, Status: 401 })
        {
            answer = await TryAsync(answer.Version);
            // A new token is refused too: no more of them until a pause is over (WFM-12).
            if (answer.Answer is { Result: CxoneResult.Unauthorized, Status: 401 })
                answer.Answer = answer.Answer with { Delay = await tokens.DropAsync(connection, answer.Version, cancellationToken) };
        }

        return answer.Answer;

        async Task<(CxoneAnswer Answer, long Version)> TryAsync(long? refused)
        {
            var (token, version, failure) = await tokens.GetAsync(connection, refused, cancellationToken);
            if (token is null)
                return (failure!, version);
            var url = $"{connection.ServiceUrl}/{connection.Profile.Path(call.Path)}";
            var outcome = await egress.SendAsync(
                new(call.With(Destination.For($"cxone/{call.Path}", url)), call.Method, url)
                {
                    Headers = call.RequestId is { } id ? [new("Authorization", $"Bearer {token}"), new("X-Request-Id", id)] : [new("Authorization", $"Bearer {token}")],
                    ContentType = call.Body.Length > 0 ? "application/json" : null,
                    Body = call.Body,
                    ReservationId = call.ReservationId,
                },
                cancellationToken);
            return (AnswerOf(outcome, connection.Profile), version);
        }
    }

    private CxoneAnswer AnswerOf(EgressOutcome outcome, WireProfile profile)
    {
        if (outcome.Response is not { } response)
        {
            var failure = outcome.Failure!;
            return new()
            {
                Result = failure switch
                {
                    { Decision: EgressDecision.Wait } => CxoneResult.Delayed,
                    { Class: ErrorClass.Redirect } => CxoneResult.Misdirected,
                    { Class: ErrorClass.Denied } => CxoneResult.Misdirected,
                    { Status: 401 } => CxoneResult.Unauthorized,
                    { Class: ErrorClass.TooLarge, Status: null } => CxoneResult.TooLarge,
                    _ => CxoneResult.Unavailable,
                },
                Reason = failure.Reason,
                Status = failure.Status,
                Delay = failure.Delay,
            };
        }

        var text = response.Text;
        var errors = (Code: (string?)null, Message: (string?)null, Items: (IReadOnlyList<RejectedItem>)[]);
        var isReadable = text.Trim().Length == 0 || CxoneAnswer.TryReadErrors(text, profile, out errors);
        var (result, reason) = response.Status switch
        {
            >= 200 and <= 299 when !isReadable => (CxoneResult.Unreadable, "RESPONSE_UNREADABLE"),
            >= 200 and <= 299 when errors.Items.Count > 0 => (CxoneResult.ItemsRejected, "ITEM_REJECTED"),
            >= 200 and <= 299 => (CxoneResult.Accepted, ""),
            401 => (CxoneResult.Unauthorized, "TOKEN_REFUSED"),
            403 => (CxoneResult.Forbidden, "FORBIDDEN"),
            404 or 405 => (CxoneResult.Misdirected, "ENDPOINT_NOT_FOUND"),
            >= 300 and <= 399 => (CxoneResult.Misdirected, "REDIRECT_REFUSED"),
            408 or 425 or 429 or >= 500 => (CxoneResult.Unavailable, "HTTP_STATUS"),
            413 => (CxoneResult.TooLarge, "REPORT_TOO_LARGE"),
            _ => (CxoneResult.Rejected, "REPORT_REJECTED"),
        };
        return new()
        {
            Result = result,
            Reason = reason,
            Status = response.Status,
            Headers = KeptHeaders.Where(response.Headers.ContainsKey).ToDictionary(name => name, name => redactor.Value(name, response.Headers[name])),
            Body = Kept(text),
            Code = errors.Code,
            Message = errors.Message is { } message ? redactor.Text(message) : null,
            Items = errors.Items,
            Delay = outcome.Failure?.Delay,
        };
    }

    private string Kept(string text)
    {
        var clean = redactor.Text(text).Replace("\0", "", StringComparison.Ordinal);
        return clean.Length <= LongestBody ? clean : clean[..LongestBody];
    }

    /// <summary>A call of the push interface.</summary>
    /// <param name="Path">Of the profile.</param>
    /// <param name="Method">How it is called.</param>
    private sealed record Call(string Path, HttpMethod Method)
    {
        public byte[] Body { get; init; } = [];

        public string? RequestId { get; init; }

        public string? ReservationId { get; init; }

        public Func<Destination, Destination> With { get; init; } = destination => destination;
    }
}
