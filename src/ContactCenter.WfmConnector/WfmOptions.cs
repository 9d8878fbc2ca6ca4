using ContactCenter.WfmConnector.Connections;
using Microsoft.Extensions.Options;

namespace ContactCenter.WfmConnector;

/// <summary>Settings under <c>Wfm</c>.</summary>
public sealed class WfmOptions
{
    /// <summary>How the connection is watched.</summary>
    public ConnectionOptions Connection { get; set; } = new();

    /// <summary>How states are sent.</summary>
    public RealTimeOptions RealTime { get; set; } = new();

    /// <summary>When intervals are sealed.</summary>
    public IntervalOptions Intervals { get; set; } = new();

    /// <summary>What reports hold and how they are sent.</summary>
    public ReportOptions Reports { get; set; } = new();

    /// <summary>How agents are named.</summary>
    public AgentOptions Agents { get; set; } = new();
}

/// <summary>Settings under <c>Wfm:Connection</c>. Address and key are taken until the connection was configured once (WFM-1).</summary>
public sealed class ConnectionOptions
{
    /// <summary>Address of CXone; empty for none.</summary>
    public string ServiceUrl { get; set; } = "";

    /// <summary>Id of the access key, at most 256 characters; empty for none.</summary>
    public string AccessKey { get; set; } = "";

    /// <summary>Its secret, at most 1,024 characters; empty for none.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>How the key is exchanged for a token; default <see cref="AuthenticationMode.Plain"/>.</summary>
    public AuthenticationMode Mode { get; set; } = AuthenticationMode.Plain;

    /// <summary>Sent along in mode SDK unless empty; at most 256 characters.</summary>
    public string TenantName { get; set; } = "";

    /// <summary>From one heartbeat to the next; 10 s to 300 s, default 30 s (WFM-14).</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Without success for so long the connection counts as lost; 10 s to 300 s, default 90 s.</summary>
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromSeconds(90);
}

/// <summary>When a change of state is sent (WFM-28).</summary>
public enum SpacingMode
{
    /// <summary>At once, unless the agent's last report is younger than the spacing; then the state at its end.</summary>
    Spaced,

    /// <summary>Once the state has stood for the spacing.</summary>
    Dwell,
}

/// <summary>Settings under <c>Wfm:RealTime</c>.</summary>
public sealed class RealTimeOptions
{
    /// <summary>When a change is sent; default <see cref="SpacingMode.Spaced"/>.</summary>
    public SpacingMode Mode { get; set; }

    /// <summary>Least time between two reports of an agent; 3 s to 60 s, default 3 s.</summary>
    public TimeSpan MinimumSpacing { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Most agents in a request; 1 to 1,000, default 500 (WFM-32).</summary>
    public int BatchSize { get; set; } = 500;

    /// <summary>How long changes are gathered for a request; 50 ms to 1 s, default 200 ms.</summary>
    public TimeSpan FlushAfter { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Whether an agent to whom a contact is offered is <c>RINGING</c>; default no: the state of the activity stays (WFM-22). Counts for offers from then on.</summary>
    public bool ReportRinging { get; set; }

    /// <summary>From one snapshot to the next; 1 min to 1 day, default 15 min, 0 for none (WFM-39).</summary>
    public TimeSpan SnapshotEvery { get; set; } = TimeSpan.FromMinutes(15);
}

/// <summary>Settings under <c>Wfm:Intervals</c>.</summary>
public sealed class IntervalOptions
{
    internal const string Handled = "HANDLED";

    internal const string TalkEnded = "TALK_ENDED";

    /// <summary>From the end of an interval to its sealing; 0 to 900 s, default 120 s (WFM-71).</summary>
    public TimeSpan SealAfter { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>How long sealing waits for Insights; 0 to 240 min, default 30 min.</summary>
    public TimeSpan WatermarkWait { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>When an answered contact ends: <c>HANDLED</c> with its handling, wrap-up included, <c>TALK_ENDED</c> with its talk; default <c>HANDLED</c> (WFM-46).</summary>
    public string ContactEnd { get; set; } = Handled;

    /// <summary>A contact of which nothing is told for so long ends at the last that was told; 1 h to 168 h, default 24 h (WFM-48).</summary>
    public TimeSpan ContactMaxSilence { get; set; } = TimeSpan.FromHours(24);

    internal bool EndsWithTalk => ContactEnd == TalkEnded;
}

/// <summary>What is done with revisions of reports (WFM-75).</summary>
public enum RestatementPush
{
    /// <summary>They are sent when somebody asks for it.</summary>
    Manual,

    /// <summary>They are sent 5 minutes after the last late event, for intervals up to 24 hours old.</summary>
    Auto,

    /// <summary>They are never sent.</summary>
    Off,
}

/// <summary>Where an agent's time counts in the agent system performance report (WFM-64).</summary>
public enum PresenceAttribution
{
    /// <summary>In the interval in which it passed: no agent has more than 900 s.</summary>
    Clipped,

    /// <summary>The whole of an activity in the interval in which it ended, as in the activity report.</summary>
    Completed,
}

/// <summary>Settings under <c>Wfm:Reports</c>.</summary>
public sealed class ReportOptions
{
    /// <summary>Whether mapped queues without contacts are reported; default yes (WFM-62).</summary>
    public bool ReportIdleQueues { get; set; } = true;

    /// <summary>Where agents' times count; default <see cref="PresenceAttribution.Clipped"/>.</summary>
    public PresenceAttribution PresenceAttribution { get; set; }

    /// <summary>What is done with revisions; default <see cref="RestatementPush.Manual"/>.</summary>
    public RestatementPush PushRestatements { get; set; }

    /// <summary>Most reports sent in a minute; 1 to 600, default 60 (WFM-73).</summary>
    public int RatePerMinute { get; set; } = 60;
}

/// <summary>Settings under <c>Wfm:Agents</c>.</summary>
public sealed class AgentOptions
{
    /// <summary>The worker attribute by whose value CXone knows an agent; default <c>agent_id</c> (WFM-17).</summary>
    public string LoginIdAttribute { get; set; } = "agent_id";
}

/// <summary>Refuses settings out of their ranges: the service does not start with them.</summary>
internal sealed class WfmOptionsValidation : IValidateOptions<WfmOptions>
{
    public ValidateOptionsResult Validate(string? name, WfmOptions options)
    {
        var faults = new List<string>();
        Check("Connection:AccessKey (characters)", options.Connection.AccessKey.Length, 0, Connections.Connection.LongestText);
        Check("Connection:SecretKey (characters)", options.Connection.SecretKey.Length, 0, Connections.Connection.LongestSecret);
        Check("Connection:TenantName (characters)", options.Connection.TenantName.Length, 0, Connections.Connection.LongestText);
        Check("Connection:Heartbeat", options.Connection.Heartbeat, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(300));
        Check("Connection:LostAfter", options.Connection.LostAfter, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(300));
        Check("RealTime:MinimumSpacing", options.RealTime.MinimumSpacing, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(60));
        Check("RealTime:BatchSize", options.RealTime.BatchSize, 1, 1_000);
        Check("RealTime:FlushAfter", options.RealTime.FlushAfter, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));
        if (options.RealTime.SnapshotEvery != TimeSpan.Zero)
            Check("RealTime:SnapshotEvery", options.RealTime.SnapshotEvery, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1));
        Check("Intervals:SealAfter", options.Intervals.SealAfter, TimeSpan.Zero, TimeSpan.FromSeconds(900));
        Check("Intervals:WatermarkWait", options.Intervals.WatermarkWait, TimeSpan.Zero, TimeSpan.FromMinutes(240));
        Check("Intervals:ContactMaxSilence", options.Intervals.ContactMaxSilence, TimeSpan.FromHours(1), TimeSpan.FromHours(168));
        if (options.Intervals.ContactEnd is not (IntervalOptions.Handled or IntervalOptions.TalkEnded))
            faults.Add($"Wfm:Intervals:ContactEnd is {options.Intervals.ContactEnd}; it must be {IntervalOptions.Handled} or {IntervalOptions.TalkEnded}.");
        Check("Reports:RatePerMinute", options.Reports.RatePerMinute, 1, 600);
        Check("Agents:LoginIdAttribute (characters)", options.Agents.LoginIdAttribute.Length, 1, 64);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check<T>(string key, T value, T least, T most)
            where T : IComparable<T>
        {
            if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
                faults.Add(FormattableString.Invariant($"Wfm:{key} is {value}; it must lie between {least} and {most}."));
        }
    }
}
