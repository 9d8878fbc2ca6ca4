using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ContactCenter.WfmConnector.Catalogue;
using ContactCenter.WfmConnector.Facts;

namespace ContactCenter.WfmConnector.Reports;

/// <summary>Writes reports and states as a profile wants them. The same figures always give the same bytes (WFM-51).</summary>
internal sealed class ReportWriter
{
    // Names of people and queues may stand as they are: what is written is read as JSON, never as HTML.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly WireProfile _profile;
    private readonly (JsonEncodedText, FieldWriter<IntervalReport>)[] _activityReport;
    private readonly (JsonEncodedText, FieldWriter<IntervalReport>)[] _queueReport;
    private readonly (JsonEncodedText, FieldWriter<StateReport>)[] _stateReport;

    /// <summary>Prepares a profile.</summary>
    /// <param name="profile">The profile.</param>
    public ReportWriter(WireProfile profile)
    {
        _profile = profile;
        var activity = WireFields.Activity.In(profile);
        var queue = WireFields.Queue.In(profile);
        var agentQueue = WireFields.AgentQueue.In(profile);
        var performance = WireFields.Performance.In(profile);
        var state = WireFields.State.In(profile);
        var rows = profile.Fields("queue_report").FirstOrDefault(field => field.Key == "rows").Value.Value ?? "reportData";
        Dictionary<string, FieldWriter<IntervalReport>> head = new()
        {
            ["acd_type"] = (writer, _) => writer.Text(profile.AcdType),
            ["report_version"] = (writer, _) => writer.Text(profile.ReportVersion),
            ["start"] = (writer, report) => writer.Time(report.Start),
            ["end"] = (writer, report) => writer.Time(report.End),
        };
        _activityReport = new WireObject<IntervalReport>("activity_report", new Dictionary<string, FieldWriter<IntervalReport>>(head)
        {
            ["rows"] = (writer, report) => writer.Array(activity, report.Activities),
        }).In(profile);
        _queueReport = new WireObject<IntervalReport>("queue_report", new Dictionary<string, FieldWriter<IntervalReport>>(head)
        {
            ["rows"] = (writer, report) => writer.Array(queue, report.Queues),
            ["agent_queue_report"] = (writer, report) => writer.Section(rows, agentQueue, report.AgentQueues),
            ["agent_performance_report"] = (writer, report) => writer.Section(rows, performance, report.Performances),
        }).In(profile);
        _stateReport = new WireObject<StateReport>("agent_states", new Dictionary<string, FieldWriter<StateReport>>
        {
            ["acd_type"] = (writer, _) => writer.Text(profile.AcdType),
            ["report_version"] = (writer, _) => writer.Text(profile.ReportVersion),
            ["timestamp"] = (writer, report) => writer.Time(report.Time),
            ["snapshot"] = (writer, report) => writer.Flag(report.IsSnapshot),
            ["rows"] = (writer, report) => writer.Array(state, report.States),
        }).In(profile);
    }

    /// <summary>The agent activity report (WFM-65).</summary>
    /// <param name="report">The interval.</param>
    public byte[] Activities(IntervalReport report) => Write(_activityReport, report);

    /// <summary>The queue report with its two parts (WFM-61).</summary>
    /// <param name="report">The interval.</param>
    public byte[] Queues(IntervalReport report) => Write(_queueReport, report);

    /// <summary>A list of agents' states (WFM-30).</summary>
    /// <param name="report">The states.</param>
    public byte[] States(StateReport report) => Write(_stateReport, report);

    private byte[] Write<T>((JsonEncodedText, FieldWriter<T>)[] fields, T value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
            new WireWriter(json, _profile).Object(fields, value);
        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>States that are sent in one request.</summary>
/// <param name="Time">When it was written.</param>
/// <param name="IsSnapshot">Whether CXone may know some of them already.</param>
/// <param name="States">At most one of an agent.</param>
internal sealed record StateReport(DateTime Time, bool IsSnapshot, IReadOnlyList<StateEntry> States);

/// <summary>One agent's state (WFM-30).</summary>
internal sealed record StateEntry(
    string Login, AgentStates.AgentStateKind Kind, ContactMedium? Medium, DateTime Since, AgentStates.AgentStateKind? Previous, DateTime? PreviousSince, long Sequence)
{
    /// <summary>What it names that CXone has to know (WFM-19).</summary>
    public IEnumerable<CatalogueEntry> Uses => CatalogueEntry.OfState(Login, Kind);
}
