using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace ContactCenter.Sandbox.Rbm;

/// <summary>
/// The API by which agents send messages on RCS for Business. Now and then it is too busy, or its answer is lost after it has taken the message;
/// a message that comes again with the same id is shown once.
/// </summary>
public sealed class RbmApi
{
    private const int BusyEvery = 13;
    private const int LostEvery = 17;

    private readonly ConcurrentDictionary<string, RbmMessage> _messages = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _off = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _withoutRcs = new(StringComparer.Ordinal);
    private int _requests;

    /// <summary>The messages that telephones show, each once.</summary>
    public IReadOnlyCollection<RbmMessage> Messages => [.. _messages.Values.Where(message => !_off.ContainsKey(message.Phone))];

    /// <summary>Begins anew: no telephone shows a message.</summary>
    public void Begin() => _messages.Clear();

    /// <summary>Makes a telephone one that RCS does not reach.</summary>
    /// <param name="phone">The telephone.</param>
    public void SetWithoutRcs(string phone) => _withoutRcs[phone] = true;

    /// <summary>Switches a telephone off: what it is sent waits, and can be taken back until then.</summary>
    /// <param name="phone">The telephone.</param>
    public void SwitchOff(string phone) => _off[phone] = true;

    /// <summary>Maps the endpoints.</summary>
    /// <param name="routes">The application's routes.</param>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/phones/{phone}/agentMessages", TakeAsync).AllowAnonymous();
        routes.MapDelete("/v1/phones/{phone}/agentMessages/{messageId}", TakeBack).AllowAnonymous();
    }

    // What a telephone shows stays there.
    private IResult TakeBack(string phone, string messageId, string agentId) =>
        agentId.Length == 0 ? Results.BadRequest()
        : _off.ContainsKey(phone) && _messages.TryGetValue(messageId, out var message) && message.Phone == phone && _messages.TryRemove(messageId, out _) ? Results.Json(new { })
        : Results.NotFound();

    private async Task<IResult> TakeAsync(string phone, string messageId, string agentId, HttpContext context)
    {
        var number = Interlocked.Increment(ref _requests);
        var message = RbmMessage.Read(messageId, phone, await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted));
        if (message is null || agentId.Length == 0 || !Guid.TryParse(messageId, out _))
            return Results.BadRequest();
        if (_withoutRcs.ContainsKey(phone))
            return Results.NotFound();
        if (number % BusyEvery == 0)
        {
            context.Response.Headers.RetryAfter = "1";
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        _messages.TryAdd(messageId, message);
        if (number % LostEvery == 0)
            context.Abort();
        return Results.Json(new { name = $"phones/{phone}/agentMessages/{messageId}" });
    }
}
