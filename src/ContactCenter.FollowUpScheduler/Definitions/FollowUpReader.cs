using System.Text.RegularExpressions;
using ContactCenter.Contracts;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Notifications;
using V1Section = ContactCenter.FollowUps.V1.Section;

namespace ContactCenter.FollowUpScheduler.Definitions;

/// <summary>Checks the definition of a follow-up, one section or all of it (FUP-1, FUP-6).</summary>
/// <param name="findings">Takes what is wrong.</param>
/// <param name="declared">The attributes that are declared.</param>
public sealed partial class FollowUpReader(Findings findings, Scopes declared)
{
    private const int LongestName = 100;
    private const int MostSteps = 10;
    private const int MostRecipientSteps = 5;
    private const int MostWindows = 14;
    private const int ShortestFrequency = 10;
    private const int LongestFrequency = 7_200;
    private const int LongestLookBack = 1_440;
    private const int LongestTimeout = 60;
    private const int MostAttempts = 10;

    private readonly StepReader _steps = new(findings);

    /// <summary>Checks a definition.</summary>
    /// <param name="followUp">The definition.</param>
    /// <param name="section">The section to check; unspecified for all.</param>
    public void Read(FollowUp followUp, Section section)
    {
        Section(V1Section.Details, () => ReadDetails(followUp));
        Section(V1Section.DataExtraction, () => ReadExtraction(followUp.DataExtraction));
        Section(V1Section.Recipients, () => ReadRecipients(followUp.Recipients));
        Section(V1Section.Message, () => new MessageReader(findings, declared).Read(followUp.Message));
        Section(V1Section.NotificationSchedule, () => ReadSchedule(followUp.NotificationSchedule));
        Section(V1Section.PostActions, () => ReadPostActions(followUp.PostActions));

        void Section(Section part, System.Action read)
        {
            if (section == V1Section.Unspecified || section == part)
                read();
        }
    }

    /// <summary>Whether a text can be the id of a follow-up.</summary>
    /// <param name="id">The text.</param>
    public static bool IsId(string id) => Id().IsMatch(id);

    private void ReadDetails(FollowUp followUp)
    {
        findings.Check(followUp.FollowUpId.Length == 0 || IsId(followUp.FollowUpId), "follow_up.follow_up_id", "must be a lower-case letter, then 3 to 62 lower-case letters, digits and hyphens");
        var name = followUp.DisplayName.Trim();
        if (findings.Required("follow_up.display_name", name))
            findings.Check(name.Length <= LongestName && !name.Any(char.IsControl), "follow_up.display_name", $"must have at most {LongestName} characters and no control characters");
        findings.Check(Enum.IsDefined(followUp.Status), "follow_up.status", "must be ACTIVE or INACTIVE");
    }

    private void ReadExtraction(DataExtraction? extraction)
    {
        const string Field = "follow_up.data_extraction";
        if (extraction is null)
        {
            findings.Refuse(Field, FollowUpErrors.FieldRequired, "is required");
            return;
        }

        var frequency = extraction.PollingFrequencyMinutes;
        Range($"{Field}.polling_frequency_minutes", frequency, ShortestFrequency, LongestFrequency, FollowUpErrors.PollingFrequencyOutOfRange);
        _steps.Read($"{Field}.steps", extraction.Steps, MostSteps, declared.At(Place.Extraction));
        findings.Check(extraction.Steps.Any(step => step.IntegrationCall is not null), $"{Field}.steps", "must have at least one integration call");
        if (extraction.RecordType is not ("" or "JSON"))
            findings.Refuse($"{Field}.record_type", FollowUpErrors.UnsupportedRecordType, "must be JSON");
        if (findings.Required($"{Field}.looping_element", extraction.LoopingElement)
            && findings.Template($"{Field}.looping_element", extraction.LoopingElement, declared.At(Place.Extraction)) is { } looping)
            findings.Check(looping.Lone is not null, $"{Field}.looping_element", "must be one reference, such as @{local.tickets.result}");
        if (findings.Required($"{Field}.reconciliation_id", extraction.ReconciliationId))
            findings.Template($"{Field}.reconciliation_id", extraction.ReconciliationId, declared.At(Place.Record));
        _steps.Read($"{Field}.condition", extraction.Condition, declared.At(Place.Record));
        Range($"{Field}.look_back_minutes", extraction.LookBackMinutes, 0, LongestLookBack);
        Range($"{Field}.poll_timeout_minutes", extraction.PollTimeoutMinutes, 0, LongestTimeout);
        Range($"{Field}.jitter_seconds", extraction.JitterSeconds, 0, Math.Max(frequency, 0) * 30);
    }

    private void ReadRecipients(Recipients? recipients)
    {
        const string Field = "follow_up.recipients";
        if (recipients is null or { User: "", Group: "" })
        {
            findings.Refuse(Field, FollowUpErrors.RecipientRequired, "must map a user field, a group field or both");
            return;
        }

        _steps.Read($"{Field}.steps", recipients.Steps, MostRecipientSteps, declared.At(Place.Recipients));
        findings.Template($"{Field}.user", recipients.User, declared.At(Place.Recipients));
        findings.Template($"{Field}.group", recipients.Group, declared.At(Place.Recipients));
    }

    private void ReadSchedule(NotificationSchedule? schedule)
    {
        const string Field = "follow_up.notification_schedule";
        if (schedule is null)
        {
            findings.Refuse(Field, FollowUpErrors.FieldRequired, "is required");
            return;
        }

        Range($"{Field}.notification_frequency_minutes", schedule.NotificationFrequencyMinutes, ShortestFrequency, LongestFrequency, FollowUpErrors.NotificationFrequencyOutOfRange);
        Range($"{Field}.attempts", schedule.Attempts, 1, MostAttempts, FollowUpErrors.AttemptsOutOfRange);
        findings.Check(schedule.TimeZone.Length == 0 || TimeZones.IsKnown(schedule.TimeZone), $"{Field}.time_zone", "must be the IANA name of a zone");
        ReadWindows(findings, $"{Field}.quiet_hours", schedule.QuietHours);
    }

    /// <summary>Checks quiet hours (FUP-72).</summary>
    /// <param name="findings">Takes what is wrong.</param>
    /// <param name="field">Path of the list.</param>
    /// <param name="windows">The windows.</param>
    public static void ReadWindows(Findings findings, string field, IReadOnlyList<QuietHours> windows)
    {
        findings.Check(windows.Count <= MostWindows, field, $"must be at most {MostWindows}");
        var known = findings.Problems.Count;
        for (var i = 0; i < Math.Min(windows.Count, MostWindows); i++)
            findings.Check(QuietWindow.Parse(windows[i]) is not null, $"{field}[{i}]", "must have days 1 to 7 and a start and another end as HH:mm");
        if (findings.Problems.Count == known)
            findings.Check(QuietWindow.LeavesEnoughOpen([.. windows.Select(window => QuietWindow.Parse(window)!)]), field, "must leave at least 60 minutes a week open");
    }

    private void ReadPostActions(FollowUps.V1.PostActions? actions)
    {
        const string Field = "follow_up.post_actions";
        if (actions is null)
            return;
        _steps.Read($"{Field}.after_each_attempt", actions.AfterEachAttempt, MostSteps, declared.At(Place.PostActions));
        _steps.Read($"{Field}.after_all_attempts", actions.AfterAllAttempts, MostSteps, declared.At(Place.PostActions));
        Range($"{Field}.after_all_delay_minutes", actions.AfterAllDelayMinutes, 0, LongestFrequency);
    }

    private void Range(string field, int value, int low, int high, string reason = SharedErrors.FieldInvalid)
    {
        if (value < low || value > high)
            findings.Refuse(field, reason, FormattableString.Invariant($"must be {low} to {high}"));
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{3,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex Id();
}
