using ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Definitions;

/// <summary>What a definition names that is kept elsewhere.</summary>
public static class FollowUpReferences
{
    /// <summary>Names the reference of an integration.</summary>
    /// <param name="id">The integration.</param>
    public static string Integration(string id) => $"integrations/{id}";

    /// <summary>Names the reference of a channel.</summary>
    /// <param name="id">The channel.</param>
    public static string Channel(string id) => $"channels/{id}";

    /// <summary>All references of a definition, each once.</summary>
    /// <param name="followUp">The definition.</param>
    public static IEnumerable<string> Of(FollowUp followUp) => Steps(followUp)
        .Where(placed => placed.Step.IntegrationCall is not null).Select(placed => Integration(placed.Step.IntegrationCall.IntegrationId))
        .Concat(ChannelIds(followUp.Message).Select(Channel)).Distinct();

    /// <summary>The channels that a message names.</summary>
    /// <param name="message">The message.</param>
    public static IEnumerable<string> ChannelIds(Message? message) =>
        message is null ? [] : message.FallbackChannelIds.Prepend(message.ChannelId).Where(id => id.Length > 0);

    /// <summary>All steps of a definition with their paths and places.</summary>
    /// <param name="followUp">The definition.</param>
    public static IEnumerable<(string Field, Place Place, Step Step)> Steps(FollowUp followUp)
    {
        var lists = new List<(string Field, Place Place, IReadOnlyList<Step> Steps)>
        {
            ("follow_up.data_extraction.steps", Place.Extraction, followUp.DataExtraction?.Steps ?? []),
            ("follow_up.recipients.steps", Place.Recipients, followUp.Recipients?.Steps ?? []),
            ("follow_up.post_actions.after_each_attempt", Place.PostActions, followUp.PostActions?.AfterEachAttempt ?? []),
            ("follow_up.post_actions.after_all_attempts", Place.PostActions, followUp.PostActions?.AfterAllAttempts ?? []),
        };
        var actions = followUp.Message?.Actions ?? [];
        lists.AddRange(actions.Select((action, i) => ($"follow_up.message.actions[{i}].on_answer", Place.Answer, (IReadOnlyList<Step>)action.OnAnswer)));
        return lists.SelectMany(list => list.Steps.Select((step, i) => ($"{list.Field}[{i}]", list.Place, step)));
    }
}
