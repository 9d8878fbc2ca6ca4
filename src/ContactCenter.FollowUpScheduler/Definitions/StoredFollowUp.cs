using System.Collections.Concurrent;
using System.Globalization;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Templates;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.FollowUpScheduler.Definitions;

/// <summary>A follow-up as it is stored.</summary>
public sealed record StoredFollowUp
{
    private readonly ConcurrentDictionary<string, Template> _templates = new(StringComparer.Ordinal);

    /// <summary>Identity.</summary>
    public required string Id { get; init; }

    /// <summary>Number of the present revision, from 1.</summary>
    public required long Revision { get; init; }

    /// <summary>What is configured, without what the service sets.</summary>
    public required FollowUp Definition { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreateTime { get; init; }

    /// <summary>When it was saved last.</summary>
    public required DateTimeOffset UpdateTime { get; init; }

    /// <summary>Since when it is ACTIVE; null while INACTIVE.</summary>
    public DateTimeOffset? ActivationTime { get; init; }

    /// <summary>When its plan begins; null while INACTIVE.</summary>
    public DateTimeOffset? PlanStart { get; init; }

    /// <summary>When it polls next; null while INACTIVE.</summary>
    public DateTimeOffset? NextPollTime { get; init; }

    /// <summary>When a poll was last asked for by hand.</summary>
    public DateTimeOffset? TriggerTime { get; init; }

    /// <summary>The poll that runs.</summary>
    public Guid? RunningPoll { get; init; }

    /// <summary>When the latest poll began.</summary>
    public DateTimeOffset? LastPollTime { get; init; }

    /// <summary>When the last successful poll since activation began.</summary>
    public DateTimeOffset? LastSuccessTime { get; init; }

    /// <summary>Whether it polls and sends.</summary>
    public bool IsActive => Definition.Status == FollowUpStatus.Active;

    /// <summary>From one attempt to the next (FUP-63).</summary>
    public TimeSpan NotificationFrequency => TimeSpan.FromMinutes(Definition.NotificationSchedule.NotificationFrequencyMinutes);

    /// <summary>Attempts per recipient (FUP-64).</summary>
    public int Attempts => Definition.NotificationSchedule.Attempts;

    /// <summary>Its plan while ACTIVE.</summary>
    public PollPlan Plan => PollPlan.Of(Id, Definition.DataExtraction, PlanStart!.Value);

    /// <summary>Names the present revision; another follow-up never has the id.</summary>
    public string Etag => Revision.ToString(CultureInfo.InvariantCulture);

    /// <summary>A template of the definition, parsed once.</summary>
    /// <param name="text">The template.</param>
    public Template Template(string text) => _templates.GetOrAdd(text, Templates.Template.Stored);

    /// <summary>Values of the scope followup that all its templates have.</summary>
    public TemplateValues Values()
    {
        var values = new TemplateValues();
        values.Set("followup", "id", Id);
        values.Set("followup", "name", Definition.DisplayName);
        values.Set("followup", "attempts", Attempts);
        return values;
    }

    /// <summary>The follow-up as callers see it.</summary>
    public FollowUp ToMessage()
    {
        var message = Definition.Clone();
        (message.FollowUpId, message.Etag) = (Id, Etag);
        (message.CreateTime, message.UpdateTime) = (CreateTime.ToTimestamp(), UpdateTime.ToTimestamp());
        message.LastPollTime = LastPollTime?.ToTimestamp();
        message.NextPollTime = NextPollTime?.ToTimestamp();
        return message;
    }
}
