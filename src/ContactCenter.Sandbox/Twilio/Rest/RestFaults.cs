using System.Collections.Concurrent;

namespace ContactCenter.Sandbox.Twilio.Rest;

/// <summary>What goes wrong with one coming request.</summary>
/// <param name="Method">The method of the request it waits for.</param>
/// <param name="Status">What is answered instead; 0 lets the request pass.</param>
/// <param name="RetryAfterSeconds">Sent as Retry-After with that answer.</param>
/// <param name="RateLimitRemaining">Sent as X-Rate-Limit-Remaining with the answer.</param>
/// <param name="Meanwhile">What happens before the request is looked at, such as a change by someone else.</param>
public sealed record RestFault(string Method, int Status = 0, int? RetryAfterSeconds = null, int? RateLimitRemaining = null, Action? Meanwhile = null);

/// <summary>A request as it came, and what it was answered.</summary>
/// <param name="Time">When it came.</param>
/// <param name="Method">GET or POST.</param>
/// <param name="Path">Path and query.</param>
/// <param name="IfMatch">The ETag that it asked for; null without.</param>
/// <param name="Form">What it posted.</param>
/// <param name="Status">The status of the answer.</param>
public sealed record RestRequest(
    DateTimeOffset Time, string Method, string Path, string? IfMatch, IReadOnlyDictionary<string, string> Form, int Status);

/// <summary>Faults to come, each for the next request of its method, and the requests that came: switched on by tests alone.</summary>
public sealed class RestFaults
{
    private const int MostKept = 10_000;

    private readonly ConcurrentQueue<RestRequest> _requests = new();
    private readonly Lock _lock = new();
    private readonly List<RestFault> _coming = [];

    /// <summary>The latest requests in their order.</summary>
    public IReadOnlyList<RestRequest> Requests => [.. _requests];

    /// <summary>Lets something go wrong once.</summary>
    /// <param name="fault">What.</param>
    public void Add(RestFault fault)
    {
        lock (_lock)
            _coming.Add(fault);
    }

    internal RestFault? Take(string method)
    {
        lock (_lock)
        {
            var index = _coming.FindIndex(fault => fault.Method == method);
            if (index < 0)
                return null;
            var fault = _coming[index];
            _coming.RemoveAt(index);
            return fault;
        }
    }

    internal void Note(RestRequest request)
    {
        _requests.Enqueue(request);
        while (_requests.Count > MostKept)
            _requests.TryDequeue(out _);
    }
}
