using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using ContactCenter.StorageExport.Files;
using ContactCenter.StorageExport.Media;
using ContactCenter.StorageExport.Stores;
using MassTransit;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ContactCenter.StorageExport.Documents;

/// <summary>Catalogues what sessions leave behind, and has it taken in when it is due (STO-40 to STO-44, STO-59).</summary>
/// <param name="options">When documents are due.</param>
/// <param name="timeProvider">Now.</param>
internal sealed class SessionConsumer(IOptions<MetadataOptions> options, TimeProvider timeProvider)
    : IConsumer<SessionEnded>, IConsumer<SessionRecordUpdated>, IConsumer<SessionMediaAdded>, IConsumer<ChatMessageSent>
{
    private const string Text = "txt";
    private const string Json = "json";

    /// <summary>Gathers messages that arrive late together.</summary>
    private static readonly TimeSpan LatePause = TimeSpan.FromSeconds(2);

    /// <inheritdoc />
    public async Task Consume(ConsumeContext<SessionEnded> context)
    {
        var (message, now) = (context.Message, timeProvider.GetUtcNow());
        var (transaction, session) = await BeginAsync(context, message.Session.SessionKind, message.Session.SessionId, message.AccountSid);
        var kinds = await WantedKinds.ReadAsync(transaction.Connection);
        var metadata = await FileStore.NoteAsync(
            transaction.Connection,
            kinds.Judge(new(session, SessionFileKind.SessionMetadata, Json) { Extension = Json, Number = 1, EndTime = message.EndTime }),
            now);
        Take(transaction, metadata, Later(message.ReadyTime, now));
        var transcripts = message.Session.SessionKind == "chat"
            ? [await NoteTranscriptAsync(transaction.Connection, kinds, session, now)]
            : await FileStore.WantAsync(transaction.Connection, session, ["transcript"], message.EndTime.ToUniversalTime(), now);
        foreach (var transcript in transcripts)
            Take(transaction, transcript, now);
    }

    /// <inheritdoc />
    public async Task Consume(ConsumeContext<SessionRecordUpdated> context)
    {
        var (message, now) = (context.Message, timeProvider.GetUtcNow());
        var (transaction, session) = await BeginAsync(context, message.SessionKind, message.SessionId, message.AccountSid);
        string[] kinds = message.ChangedParts.Contains("transcript") ? ["metadata", "transcript"] : ["metadata"];
        foreach (var notice in await FileStore.WantAsync(transaction.Connection, session, kinds, now.AddDays(-options.Value.ReexportDays), now))
            Take(transaction, notice, notice.TakenTime is { } last ? Later(new DateTimeOffset(last) + options.Value.Debounce, now) : now);
    }

    /// <inheritdoc />
    public async Task Consume(ConsumeContext<SessionMediaAdded> context)
    {
        var (message, now) = (context.Message, timeProvider.GetUtcNow());
        if (Words.FileKind(message.MediaKind) is not { } kind || kind == SessionFileKind.SessionMetadata)
            return;
        var (transaction, session) = await BeginAsync(context, message.Session.SessionKind, message.Session.SessionId, message.AccountSid);
        var type = MediaType.Of(kind, message.ContentType);
        var expected = new Expected(session, kind, kind == SessionFileKind.ChatTranscript ? type?.Extension ?? Text : message.MediaId)
        {
            ContentType = message.ContentType,
            Number = SessionFile.TryParseId(message.MediaId, out var id) ? id : null,
            SourceUrl = message.Location,
            Size = message.Bytes,
            State = message.Location is null ? FileState.Expected : FileState.Fetching,
        };
        // A photo's number is in its name; no other text may come there (STO-13).
        var isNamed = kind is not (SessionFileKind.Photo or SessionFileKind.Video) || expected.Number is not null;
        expected = (await WantedKinds.ReadAsync(transaction.Connection)).Judge(isNamed ? expected : expected with { State = FileState.Held, Reason = "MEDIA_ID_INVALID" });
        var notice = await FileStore.NoteAsync(transaction.Connection, expected, now);
        if (message.Location is not null && notice is { IsToGo: false, State: not ("SKIPPED" or "HELD") })
            FileJobs.EnqueueTake(transaction, notice, FileJobs.TakeMedium, now);
    }

    /// <inheritdoc />
    public async Task Consume(ConsumeContext<ChatMessageSent> context)
    {
        var (message, now) = (context.Message, timeProvider.GetUtcNow());
        var (transaction, session) = await BeginAsync(context, message.Session.SessionKind, message.Session.SessionId, message.AccountSid);
        var hasEnded = await FileStore.HasEndedAsync(transaction.Connection, session);
        if (!hasEnded && message.Session.SessionKind == "chat")
            return;
        var notice = await NoteTranscriptAsync(transaction.Connection, await WantedKinds.ReadAsync(transaction.Connection), session, now);
        if (hasEnded)
            Take(transaction, notice, now + LatePause);
    }

    private static async Task<(DurableTransaction, SessionReference)> BeginAsync(ConsumeContext context, string kind, long id, string accountSid)
    {
        var (transaction, session) = (context.Transaction(), new SessionReference(kind, id, accountSid));
        await FileStore.LockAsync(transaction.Connection, session);
        return (transaction, session);
    }

    private static Task<Notice> NoteTranscriptAsync(NpgsqlConnection connection, WantedKinds kinds, SessionReference session, DateTimeOffset now) =>
        FileStore.NoteAsync(connection, kinds.Judge(new(session, SessionFileKind.ChatTranscript, Text) { Extension = Text, Number = 1 }), now);

    private static void Take(DurableTransaction transaction, Notice notice, DateTimeOffset due)
    {
        // Without an entry yet it may have one now; what is switched off, deleted or left to people stays so.
        if (notice is { IsToGo: false, State: not "HELD" })
            FileJobs.EnqueueTake(transaction, notice, FileJobs.TakeDocument, due);
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
