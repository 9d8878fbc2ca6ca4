using System.Globalization;
using ContactCenter.Sandbox.Sessions;
using ContactCenter.Sandbox.Storage;
using ContactCenter.Sandbox.Twilio.Lives;

namespace ContactCenter.Sandbox.Crm;

/// <summary>What the CRM must hold of a task's session, told from its life by the rules of the specification (CRM-67 to CRM-91). It shares no code with the service.</summary>
public static class CrmTruth
{
    /// <summary>The cases of some tasks.</summary>
    /// <param name="lives">The tasks.</param>
    /// <param name="hasFiles">Whether there is an external store, and so files.</param>
    public static IReadOnlyList<CrmFacts> Of(IEnumerable<TaskLife> lives, bool hasFiles) => [.. lives.Select(life =>
    {
        var title = $"{TypeOf(life)} {SessionEvents.NameOf(life).Split('-')[1]}";
        var comments = Comments(life, title).OrderBy(comment => comment.Time).ThenBy(comment => comment.Rank).Select(comment => comment.Text);
        return new CrmFacts(title, life.Contact.Customer, 1, string.Join(" | ", comments), CrmFacts.FilesOf(hasFiles ? Files(life) : []));
    })];

    /// <summary>How many operations of a session wait: account, record, one update for all that came before it could be sent, its comments and files.</summary>
    /// <param name="life">The task.</param>
    /// <param name="hasFiles">Whether there is an external store, and so files.</param>
    public static int OperationsOf(TaskLife life, bool hasFiles) => 3 + Comments(life, "").Count() + (hasFiles ? Files(life).Count() : 0);

    private static string TypeOf(TaskLife life) => SessionEvents.IsCall(life) ? life.Contact.Outbound ? "Voice Outbound" : "Voice Inbound (IVR)" : "Messaging (Web)";

    // The connectors select recordings and photos: one of each agent who answered.
    private static IEnumerable<string> Files(TaskLife life)
    {
        var (session, count) = (SessionEvents.NameOf(life), life.Stays.Count(stay => stay.Answer is not null));
        return Enumerable.Repeat(FileFacts.Medium(SessionEvents.IsCall(life) ? MediaLibrary.Recording(session) : MediaLibrary.Photo(session)), count);
    }

    // What happens at the same time is told in the order start, transfer, end, rating, data, disposition, survey.
    private static IEnumerable<(DateTimeOffset Time, int Rank, string Text)> Comments(TaskLife life, string title)
    {
        yield return (life.Created, 5, "Custom data");
        if (life.Stays.Select(stay => stay.Answer).OfType<Offer>().FirstOrDefault() is { } first)
            yield return (first.Ended, 1, $"{title} started");
        foreach (var (before, stay) in life.Stays.Zip(life.Stays.Skip(1)))
        {
            if (before.Answer is not null && stay.Answer is { } answer)
                yield return (answer.Ended, 2, "Transferred");
        }

        yield return (life.Ended, 3, $"{title} ended");
        if (SessionEvents.RatingOf(life) is { } rating)
            yield return (life.Ended.AddMinutes(1), 4, string.Create(CultureInfo.InvariantCulture, $"Rating: {rating}/5"));
        if (life.Stays[^1].Answer is not null && life.Contact.Disposition is { } code)
            yield return (life.Ended, 6, $"Disposition: {code}");
        yield return (life.Ended, 7, "Q: Did we help?");
    }
}
