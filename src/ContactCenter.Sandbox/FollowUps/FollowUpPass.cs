using ContactCenter.FollowUps.V1;
using ContactCenter.Sandbox.Itsm;
using ContactCenter.Sandbox.Passes;
using ContactCenter.Sandbox.Rbm;

namespace ContactCenter.Sandbox.FollowUps;

/// <summary>The follow-ups' part of a pass, beside the rest of the day: everybody is told of the tickets; then messages are read and answered; then tickets change.</summary>
/// <param name="setup">Tells the suite what to follow up.</param>
/// <param name="verification">Compares what the suite made of it.</param>
/// <param name="followUps">Polls once more when it is asked to.</param>
/// <param name="itsm">The ITSM system.</param>
/// <param name="rbm">The telephones.</param>
/// <param name="webhook">Names the agent that is played.</param>
/// <param name="mails">The mail server.</param>
/// <param name="audience">Reads and answers.</param>
/// <param name="options">Address and limit.</param>
/// <param name="patience">Repeats what met a service that is away or busy; all that is done here may be done twice.</param>
/// <param name="time">The clock.</param>
public sealed class FollowUpPass(
    FollowUpSetup setup,
    FollowUpVerification verification,
    FollowUpService.FollowUpServiceClient followUps,
    ItsmApi itsm,
    RbmApi rbm,
    RbmWebhook webhook,
    MailFolder mails,
    Audience audience,
    SandboxOptions options,
    Patience patience,
    TimeProvider time)
{
    private static readonly TimeSpan PollPause = TimeSpan.FromSeconds(1);

    private TicketPlan? _plan;
    private IReadOnlyDictionary<TicketKind, string> _followUps = new Dictionary<TicketKind, string>();

    /// <summary>Number of messages that were sent, by either channel.</summary>
    public int Sent => _plan is null ? 0 : rbm.Messages.Count + verification.MailsOf(_plan).Count;

    /// <summary>Has the suite follow up the tickets of a day; without an address, an agent or a mail server there is nothing to follow up.</summary>
    /// <param name="seed">Equal seeds give equal tickets.</param>
    /// <param name="day">The day.</param>
    /// <param name="cancellation">Ends the calls.</param>
    public async Task PrepareAsync(int seed, DateOnly day, CancellationToken cancellation)
    {
        if (options.PublicUrl is not { } url || webhook.Agent is null || !mails.IsThere)
            return;
        _plan = TicketPlan.OfDay(seed, day);
        itsm.Begin(_plan.Tickets);
        rbm.Begin();
        rbm.SetWithoutRcs(Person.WithoutRcs.Phone);
        _followUps = await setup.CreateAsync(url.GetLeftPart(UriPartial.Authority), _plan, seed, cancellation);
    }

    /// <summary>Plays the day to its end, waiting at every stage until the suite agrees with the truth.</summary>
    /// <param name="cancellation">Ends the calls.</param>
    /// <returns>What differed in the end.</returns>
    public async Task<IReadOnlyList<Differences>> PlayAsync(CancellationToken cancellation)
    {
        if (_plan is null)
            return [];
        var differences = await AgreementAsync(FollowUpStage.Told, cancellation);
        if (Agree(differences))
        {
            var readTime = time.GetUtcNow();
            await patience.RepeatAsync(ct => audience.ReadAsync(_plan, readTime, ct), cancellation);
            differences = await AgreementAsync(FollowUpStage.Answered, cancellation);
        }

        if (Agree(differences))
        {
            itsm.Advance();
            var requestIds = _followUps.Values.ToDictionary(id => id, _ => Guid.CreateVersion7(time.GetUtcNow()).ToString(), StringComparer.Ordinal);
            await patience.RepeatAsync(ct => PollAgainAsync(requestIds, ct), cancellation);
            differences = await AgreementAsync(FollowUpStage.PolledAgain, cancellation);
        }

        await patience.RepeatAsync(ct => setup.DeactivateAsync(_followUps.Values, ct), cancellation);
        return differences;

        static bool Agree(IReadOnlyList<Differences> found) => found.All(one => one.None);
    }

    private async Task PollAgainAsync(IReadOnlyDictionary<string, string> requestIds, CancellationToken cancellation)
    {
        foreach (var (followUp, requestId) in requestIds)
            await followUps.TriggerPollAsync(new() { FollowUpId = followUp, RequestId = requestId }, cancellationToken: cancellation);
    }

    private async Task<IReadOnlyList<Differences>> AgreementAsync(FollowUpStage stage, CancellationToken cancellation)
    {
        for (var start = time.GetTimestamp(); ; await Task.Delay(PollPause, time, cancellation))
        {
            var differences = await verification.CompareAsync(_plan!, stage, _followUps, cancellation);
            if (differences.All(one => one.None) || time.GetElapsedTime(start) > options.AgreementLimit)
                return differences;
        }
    }
}
