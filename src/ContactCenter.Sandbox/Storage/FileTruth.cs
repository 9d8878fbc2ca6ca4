using ContactCenter.Sandbox.Sessions;
using ContactCenter.Sandbox.Twilio.Lives;

namespace ContactCenter.Sandbox.Storage;

/// <summary>
/// What must lie in the external store for the session of a task, told from the task's life by the rules of the
/// specification (STO-7 to STO-12, STO-40 to STO-44, STO-81). It shares no code with the service.
/// </summary>
public static class FileTruth
{
    /// <summary>The files of some tasks.</summary>
    /// <param name="lives">The tasks.</param>
    public static IReadOnlyList<FileFacts> Of(IReadOnlyList<TaskLife> lives) =>
        [.. lives.Zip(SessionTruth.Of(lives)).SelectMany(session => Of(session.First, session.Second))];

    private static IEnumerable<FileFacts> Of(TaskLife life, SessionFacts session)
    {
        yield return new($"ujet-metadata/{session.Name}.json", FileFacts.Document(session));
        var answers = life.Stays.Index().Where(stay => stay.Item.Answer is not null).ToList();
        if (SessionEvents.IsCall(life))
        {
            foreach (var number in Enumerable.Range(1, answers.Count))
                yield return new($"ujet-voice-recordings/{session.Name}{(number == 1 ? "" : $"-{number}")}.mp3", FileFacts.Medium(MediaLibrary.Recording(session.Name)));
            yield break;
        }

        foreach (var (index, _) in answers)
            yield return new($"ujet-media/{session.Name}-photo-{index + 1}.jpg", FileFacts.Medium(MediaLibrary.Photo(session.Name)));
        if (answers.Count > 0)
        {
            yield return new($"ujet-chat-transcripts/{session.Name}.txt", FileFacts.Transcript(answers.SelectMany(stay => new[]
            {
                "end_user: Hello, I have a question.",
                $"agent {stay.Item.Answer!.Worker.Name}: How can I help?",
                $"end_user: (photo {session.Name}-photo-{stay.Index + 1}.jpg)",
            })));
        }
    }
}
