using ContactCenter.Insights.V1;
using ContactCenter.Sandbox.Twilio.Lives;

namespace ContactCenter.Sandbox.Sessions;

/// <summary>Sends the events of sessions, in no particular order, as several desktops would together.</summary>
/// <param name="ingest">Takes them.</param>
/// <param name="options">Where media can be fetched.</param>
/// <param name="patience">Repeats what met a service that is away.</param>
public sealed class SessionSender(EventIngestService.EventIngestServiceClient ingest, SandboxOptions options, Patience patience)
{
    private const int Portion = 500;

    /// <summary>Sends all events of the sessions of some tasks.</summary>
    /// <param name="seed">Equal seeds give equal orders.</param>
    /// <param name="lives">The tasks.</param>
    /// <param name="cancellation">Ends the sending.</param>
    /// <returns>How many events were sent.</returns>
    /// <exception cref="InvalidOperationException">An event was not accepted; the message says which.</exception>
    public async Task<int> SendAsync(int seed, IReadOnlyList<TaskLife> lives, CancellationToken cancellation)
    {
        var dice = new Dice(FormattableString.Invariant($"{seed}/sessions"));
        var events = EventsOf(lives).OrderBy(_ => dice.Seconds(0, 1)).ToList();
        await SendAsync(events, cancellation);
        return events.Count;
    }

    /// <summary>The events of the sessions of some tasks, session by session.</summary>
    /// <param name="lives">The tasks.</param>
    public IEnumerable<SessionEvent> EventsOf(IEnumerable<TaskLife> lives) => lives.SelectMany(life => SessionEvents.Of(life, options.PublicUrl));

    /// <summary>Sends events.</summary>
    /// <param name="events">Any number.</param>
    /// <param name="cancellation">Ends the sending.</param>
    /// <exception cref="InvalidOperationException">An event was not accepted; the message says which.</exception>
    public async Task SendAsync(IEnumerable<SessionEvent> events, CancellationToken cancellation)
    {
        foreach (var portion in events.Chunk(Portion))
        {
            var answer = await patience.RepeatAsync(async ct => await ingest.IngestSessionEventsAsync(new() { Events = { portion } }, cancellationToken: ct), cancellation);
            if (answer.Results.FirstOrDefault(result => result.Outcome == SessionEventOutcome.Rejected) is { } rejected)
                throw new InvalidOperationException($"The session event {rejected.EventId} was rejected: {string.Join("; ", rejected.Violations)}");
        }
    }
}
