using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace ContactCenter.Sandbox.Itsm;

/// <summary>What the ITSM system was told of a ticket.</summary>
/// <param name="Number">The ticket.</param>
/// <param name="What"><c>answers</c>, <c>rounds</c> or <c>closures</c>.</param>
/// <param name="Body">What was told, as JSON.</param>
public sealed record ItsmNote(string Number, string What, string Body);

/// <summary>
/// An ITSM system: lists tickets page by page, and takes what becomes of them. An answer or a closure changes the ticket. Now and then it is too busy;
/// what comes again with the same Idempotency-Key counts once.
/// </summary>
public sealed class ItsmApi
{
    /// <summary>Where it begins.</summary>
    public const string Root = "/itsm";

    private const int PageSize = 15;
    private const int BusyEvery = 9;

    private readonly ConcurrentDictionary<string, ItsmNote> _notes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _statuses = new(StringComparer.Ordinal);
    private IReadOnlyList<Ticket> _tickets = [];
    private bool _isLater;
    private int _requests;

    /// <summary>What it was told, each once.</summary>
    public IReadOnlyCollection<ItsmNote> Notes => [.. _notes.Values];

    /// <summary>Begins with other tickets: nothing was told about them yet.</summary>
    /// <param name="tickets">All there are.</param>
    public void Begin(IReadOnlyList<Ticket> tickets)
    {
        _notes.Clear();
        _statuses.Clear();
        (_tickets, _isLater) = (tickets, false);
    }

    /// <summary>Lets the time pass that changes tickets and brings new ones.</summary>
    public void Advance() => _isLater = true;

    /// <summary>Maps the endpoints.</summary>
    /// <param name="routes">The application's routes.</param>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet($"{Root}/tickets", (int? page) => IsBusy() ? Busy() : Results.Json(Page(page ?? 1))).AllowAnonymous();
        routes.MapPost($"{Root}/tickets/{{number}}/{{what:regex(^(answers|rounds|closures)$)}}", Take).AllowAnonymous();
    }

    private IResult Take(string number, string what, JsonObject body, HttpRequest request)
    {
        if (IsBusy())
            return Busy();
        if (request.Headers["Idempotency-Key"].ToString() is not { Length: > 0 } key)
            return Results.BadRequest();
        if (_notes.TryAdd(key, new(number, what, body.ToJsonString())) && what != "rounds")
            _statuses[number] = what == "closures" ? "Closed" : $"Answered: {body["answer"]}";
        return Results.Json(new { number });
    }

    private JsonObject Page(int number)
    {
        var shown = _tickets.Where(ticket => (_isLater || !ticket.IsLate) && StatusOf(ticket).Length > 0).ToList();
        var page = new JsonObject
        {
            ["result"] = new JsonArray([.. shown.Skip((number - 1) * PageSize).Take(PageSize).Select(ToJson)]),
        };
        if (shown.Count > number * PageSize)
            page["next"] = string.Create(CultureInfo.InvariantCulture, $"{Root}/tickets?page={number + 1}");
        return page;
    }

    private JsonObject ToJson(Ticket ticket) => new()
    {
        ["number"] = ticket.Number,
        ["status"] = StatusOf(ticket),
        ["dueTime"] = ticket.DueTime.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ["people"] = new JsonArray([.. ticket.References.Select(reference => JsonValue.Create(reference))]),
        ["group"] = ticket.Kind == TicketKind.Closing ? Person.DeskName : null,
    };

    private string StatusOf(Ticket ticket) => _statuses.GetValueOrDefault(ticket.Number) ?? (_isLater ? ticket.LaterStatus ?? ticket.Status : ticket.Status);

    private bool IsBusy() => Interlocked.Increment(ref _requests) % BusyEvery == 0;

    private static IResult Busy() => Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
}
