using ContactCenter.WfmConnector.Catalogue;
using ContactCenter.WfmConnector.Intervals;

namespace ContactCenter.WfmConnector.Reports;

/// <summary>Everything that is reported of one interval, in the order of the reports.</summary>
internal sealed class IntervalReport
{
    /// <summary>Start of the interval.</summary>
    public required DateTime Start { get; init; }

    /// <summary>Its end.</summary>
    public DateTime End => Start + Quarter.Length;

    /// <summary>Activities that ended in it (WFM-44, WFM-65, WFM-66), with login ids.</summary>
    public required IReadOnlyList<(string Login, Span Span)> Activities { get; init; }

    /// <summary>Figures of skills with their names; of idle ones all zero (WFM-62).</summary>
    public required IReadOnlyList<(string Name, QueueFigures Figures)> Queues { get; init; }

    /// <summary>Figures of agents and skills, with login ids (WFM-63).</summary>
    public required IReadOnlyList<(string Login, AgentQueueFigures Figures)> AgentQueues { get; init; }

    /// <summary>Where agents spent the time (WFM-64).</summary>
    public required IReadOnlyList<AgentPerformance> Performances { get; init; }

    /// <summary>What the activity report names that CXone has to know.</summary>
    public IReadOnlyCollection<(CatalogueEntry Entry, string? Name)> UsesOfActivities() =>
        [.. Activities.SelectMany(row => CatalogueEntry.OfState(row.Login, row.Span.Kind)).Distinct().Select(entry => (entry, (string?)null))];

    /// <summary>What the queue report names that CXone has to know; skills without anything are named, but not used.</summary>
    public IReadOnlyCollection<(CatalogueEntry Entry, string? Name)> UsesOfQueues() =>
    [
        .. Queues.Where(row => row.Figures.Offered > 0 || row.Figures.WaitingAtEnd > 0).Select(row => (new CatalogueEntry(CatalogueEntry.Skill, row.Figures.SkillId), (string?)row.Name)),
        .. Performances.Select(row => (new CatalogueEntry(CatalogueEntry.LoginId, row.Login), (string?)null)),
    ];

    /// <summary>Puts the reports of a range together, several at a time, in their order.</summary>
    /// <param name="from">Start of the first interval.</param>
    /// <param name="until">End of the last interval.</param>
    /// <param name="spans">What agents did.</param>
    /// <param name="queues">Figures of skills.</param>
    /// <param name="agentQueues">Figures of agents and skills.</param>
    /// <param name="namesOf">How agents and skills are called, of each interval.</param>
    /// <param name="options">Which rows appear, and where agents' times count.</param>
    public static ParallelQuery<IntervalReport> Of(
        DateTime from, DateTime until, IReadOnlyList<Span> spans, IReadOnlyList<QueueFigures> queues, IReadOnlyList<AgentQueueFigures> agentQueues, IReadOnlyList<ReportNames> namesOf, ReportOptions options)
    {
        var presences = Presence.Of(spans, from, until, options.PresenceAttribution);
        var activities = spans.Where(span => span.End >= from && span.Kind.Class != "LOGGED_OUT").ToLookup(span => Quarter.StartOf(span.End!.Value));
        var queuesOf = queues.ToLookup(row => row.IntervalStart);
        var agentQueuesOf = agentQueues.ToLookup(row => row.IntervalStart);
        return presences.AsParallel().AsOrdered().Select((presence, index) =>
        {
            var start = from + index * Quarter.Length;
            var names = namesOf[index];
            var handled = agentQueuesOf[start].GroupBy(row => row.AgentSid, StringComparer.Ordinal)
                .ToDictionary(rows => rows.Key, rows => (Count: rows.Sum(row => row.Answered), Ms: rows.Sum(row => row.TalkMs + row.HoldMs + row.WrapUpMs)), StringComparer.Ordinal);
            return new IntervalReport
            {
                Start = start,
                Activities = [.. activities[start].Select(span => (Login: Login(span.AgentSid), Span: span))
                    .OrderBy(entry => entry.Login, StringComparer.Ordinal).ThenBy(entry => entry.Span.Start)],
                Queues = [.. (options.ReportIdleQueues ? queuesOf[start].Concat(Idle(queuesOf[start])) : queuesOf[start])
                    .OrderBy(row => row.SkillId, StringComparer.Ordinal).Select(row => (NameOf(row), row))],
                AgentQueues = [.. agentQueuesOf[start].Select(row => (Login: Login(row.AgentSid), Row: row))
                    .OrderBy(entry => entry.Login, StringComparer.Ordinal).ThenBy(entry => entry.Row.SkillId, StringComparer.Ordinal)],
                Performances = [.. presence.Select(entry => AgentPerformance.Of(Login(entry.Key), entry.Value, handled.GetValueOrDefault(entry.Key)))
                    .OrderBy(row => row.Login, StringComparer.Ordinal)],
            };

            string Login(string agentSid) => names.Logins.GetValueOrDefault(agentSid, agentSid);

            string NameOf(QueueFigures row) => names.Skills.GetValueOrDefault(row.SkillId)?.Name ?? names.Queues.GetValueOrDefault(row.QueueSid, row.QueueSid);

            IEnumerable<QueueFigures> Idle(IEnumerable<QueueFigures> rows) => names.Skills.Values.ExceptBy(rows.Select(row => row.SkillId), skill => skill.SkillId)
                .Select(skill => new QueueFigures { IntervalStart = start, SkillId = skill.SkillId, Medium = (short)skill.Medium, Direction = skill.Direction });
        });
    }
}

/// <summary>Where an agent spent an interval, in whole seconds: logged in is the sum of the others (WFM-64).</summary>
internal sealed record AgentPerformance(
    string Login, long Available, IReadOnlyList<(string? ReasonCode, long Seconds)> Unavailable, long OnContact, long WrapUp, int Handled, long HandleTime)
{
    public long UnavailableTotal => Unavailable.Sum(reason => reason.Seconds);

    public long LoggedIn => Available + UnavailableTotal + OnContact + WrapUp;

    public static AgentPerformance Of(string login, Presence presence, (int Count, long Ms) handled)
    {
        // In this order and rounded cumulatively (WFM-42).
        var seconds = Quarter.Seconds([presence.AvailableMs, .. presence.UnavailableMs.Values, presence.OnContactMs, presence.WrapUpMs]);
        return new(
            login,
            seconds[0],
            [.. presence.UnavailableMs.Keys.Select((code, i) => (code.Length > 0 ? code : null, seconds[i + 1]))],
            seconds[^2],
            seconds[^1],
            handled.Count,
            Quarter.Seconds(handled.Ms));
    }
}
