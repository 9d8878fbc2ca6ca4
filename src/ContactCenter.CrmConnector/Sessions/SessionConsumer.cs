using System.Text.Json;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Connectors;
using ContactCenter.CrmConnector.Outbound;
using ContactCenter.Durable;
using ContactCenter.Events.Insights;
using MassTransit;

namespace ContactCenter.CrmConnector.Sessions;

/// <summary>
/// Notes what Insights tells of sessions and makes the operations that follow (section 5). In which order messages come, and how often,
/// makes no difference (CRM-162).
/// </summary>
/// <param name="connectors">The connector in use.</param>
/// <param name="timeProvider">Time of the change.</param>
public sealed class SessionConsumer(ConnectorLoader connectors, TimeProvider timeProvider)
    : IConsumer<SessionStarted>, IConsumer<SessionQueued>, IConsumer<SessionAssigned>, IConsumer<SessionConnected>, IConsumer<SessionEnded>,
      IConsumer<SessionTransferred>, IConsumer<RatingSaved>, IConsumer<DispositionSaved>, IConsumer<SurveyAnswered>, IConsumer<CustomDataReceived>,
      IConsumer<QueueSelected>, IConsumer<UserVerified>, IConsumer<ChatMessageSent>
{
    private const string Assigned = "Assigned";
    private const string Connected = "Connected";
    private const string MessagePrefix = "message/";

    /// <inheritdoc />
    public Task Consume(ConsumeContext<SessionStarted> context) =>
        TakeAsync(context, context.Message.AccountSid, context.Message.Session, context.Message.OccurredTime, told =>
        {
            told.Note("Direction", context.Message.Direction);
            told.Note("Verified", context.Message.Verified);
        });

    /// <inheritdoc />
    public Task Consume(ConsumeContext<SessionQueued> context) =>
        TakeAsync(context, context.Message.AccountSid, context.Message.Session, context.Message.OccurredTime, told => told.Work.LookUp(told.Time));

    /// <inheritdoc />
    public Task Consume(ConsumeContext<SessionAssigned> context) =>
        TakeAsync(context, context.Message.AccountSid, context.Message.Session, context.Message.OccurredTime, told =>
        {
            told.Note(Assigned, true);
            told.TriggerInTime();
        });

    /// <inheritdoc />
    public Task Consume(ConsumeContext<SessionConnected> context) =>
        TakeAsync(context, context.Message.AccountSid, context.Message.Session, context.Message.OccurredTime, told =>
        {
            told.Note("Agent", told.Facts.Agent);
            told.Work.Session.Sheet.NoteFirst("FirstAgent", told.Facts.Agent, told.Time, told.Facts.Sequence);
            told.Note(Connected, true);
            told.TriggerInTime();
            told.Work.Comment(CommentText.SourceOf(CommentKind.Start), told.Time);
        });

    /// <inheritdoc />
    public Task Consume(ConsumeContext<SessionEnded> context) =>
        TakeAsync(context, context.Message.AccountSid, context.Message.Session, context.Message.OccurredTime, told =>
        {
            var (message, work) = (context.Message, told.Work);
            told.Note("Ended", new EndedFacts(message.DisconnectedBy, message.SessionSeconds, message.HoldSeconds, message.WaitSeconds));
            var isMade = work.Session.Triggered || !work.Connector.Flows.HasCreateForAbandoned || work.Connector.Flows.CreateForAbandoned;
            if (isMade)
                work.Trigger(message.EndTime);
            work.Update(UpdateTrigger.SessionEnded, nameof(SessionEnded), message.EndTime);
            work.Comment(CommentText.SourceOf(CommentKind.End), message.EndTime);
            if (!isMade)
                work.Abandon();
        });

    /// <inheritdoc />
    public Task Consume(ConsumeContext<SessionTransferred> context) =>
        TakeAsync(context, context.Message.AccountSid, context.Message.Session, context.Message.OccurredTime, told =>
        {
            var message = context.Message;
            var source = CommentText.SourceOf(CommentKind.Transfer, FormattableString.Invariant($"{message.TransferId}"));
            told.Note($"{source}/from", CommentText.AgentOf(message.FromAgent) ?? message.FromQueueId);
            told.Note($"{source}/to", CommentText.AgentOf(message.ToAgent) ?? message.ToQueuePath ?? message.ToQueueId);
            told.Note($"{source}/comment", message.Comment);
            if (message.Phase == "completed")
                told.Work.Comment(source, told.Time);
        });

    /// <inheritdoc />
    public Task Consume(ConsumeContext<RatingSaved> context) =>
        TakeAsync(context, context.Message.AccountSid, context.Message.Session, context.Message.OccurredTime, told =>
        {
            var source = CommentText.SourceOf(CommentKind.Rating, context.Message.EventId.ToString());
            var rating = new RatingFacts((int)context.Message.Rating, context.Message.Feedback);
            told.Note("Rating", rating);
            told.Note(source, rating);
            told.Work.Update(UpdateTrigger.RatingSaved, source, told.Time);
            told.Work.Comment(source, told.Time);
        });

    /// <inheritdoc />
    public Task Consume(ConsumeContext<DispositionSaved> context) =>
        TakeAsync(context, context.Message.AccountSid, context.Message.Session, context.Message.OccurredTime, told =>
        {
            var source = CommentText.SourceOf(CommentKind.Disposition, context.Message.EventId.ToString());
            told.Note(source, context.Message.Code);
            told.Note($"{source}/note", context.Message.Note);
            told.Work.Comment(source, told.Time);
        });

    /// <inheritdoc />
    public Task Consume(ConsumeContext<SurveyAnswered> context) =>
        TakeAsync(context, context.Message.AccountSid, context.Message.Session, context.Message.OccurredTime, told =>
        {
            var source = CommentText.SourceOf(CommentKind.Survey, context.Message.EventId.ToString());
            told.Note(source, context.Message.Answers);
            if (context.Message.Answers is { ValueKind: JsonValueKind.Array } answers && answers.GetArrayLength() > 0)
                told.Work.Comment(source, told.Time);
        });

    /// <inheritdoc />
    public Task Consume(ConsumeContext<CustomDataReceived> context) =>
        TakeAsync(context, context.Message.AccountSid, context.Message.Session, context.Message.OccurredTime, told =>
        {
            var source = CommentText.SourceOf(CommentKind.CustomData, context.Message.EventId.ToString());
            told.Note("SmartActionText", context.Message.SmartActionText);
            told.Note($"{source}/secured", told.Facts.CustomDataSecured);
            told.Note($"{source}/unsecured", told.Facts.CustomDataNotSecured);
            if (told.Facts.CustomDataSecured is not null || told.Facts.CustomDataNotSecured is not null)
                told.Work.Comment(source, told.Time);
        });

    /// <inheritdoc />
    public Task Consume(ConsumeContext<QueueSelected> context) =>
        TakeAsync(context, context.Message.AccountSid, context.Message.Session, context.Message.OccurredTime, told =>
            told.Work.Update(UpdateTrigger.QueueSelected, $"{nameof(QueueSelected)}/{context.Message.EventId}", told.Time));

    /// <inheritdoc />
    public Task Consume(ConsumeContext<UserVerified> context) =>
        TakeAsync(context, context.Message.AccountSid, context.Message.Session, context.Message.OccurredTime, told =>
        {
            told.Note("Verified", context.Message.Verified);
            told.Work.Update(UpdateTrigger.UserVerified, $"{nameof(UserVerified)}/{context.Message.EventId}", told.Time);
        });

    /// <inheritdoc />
    public Task Consume(ConsumeContext<ChatMessageSent> context) => TakeAsync(
        context,
        context.Message.AccountSid,
        context.Message.Session,
        context.Message.OccurredTime,
        told =>
        {
            if (told.Work.Session.Triggered)
                return;
            told.Note(MessagePrefix + context.Message.MessageId, true);
            told.TriggerInTime();
        },
        flows => flows.DelayChatUntilMessages > 0 && context.Message is { Session.SessionKind: "chat", Direction: "inbound" });

    // Without a connector in use nobody asks for anything, and nothing is kept.
    private async Task TakeAsync(
        ConsumeContext context, string accountSid, SessionFacts facts, DateTimeOffset time, Action<Told> effect, Func<Flows, bool>? isWanted = null)
    {
        var transaction = context.Transaction();
        if (await connectors.FindActiveAsync(transaction.Connection) is not { } connector || isWanted?.Invoke(connector.Flows) is false)
            return;
        var now = timeProvider.GetUtcNow();
        var session = await SessionStore.LockAsync(transaction.Connection, SessionName.Of(facts.SessionKind, facts.SessionId), accountSid, now);
        session.Session.Sheet.Note(facts, time);
        var work = new SessionWork(transaction, session, connector, now) { ChangesSession = true };
        effect(new(work, facts, time));
        work.ReleaseBlocked();
        await work.SaveAsync();
    }

    private sealed record Told(SessionWork Work, SessionFacts Facts, DateTimeOffset Time)
    {
        public void Note(string name, object? value) => Work.Session.Sheet.Note(name, value, Time, Facts.Sequence);

        /// <summary>Has account and record made once that is wanted; before, the account is looked for as soon as there is an agent (CRM-77, CRM-78).</summary>
        public void TriggerInTime()
        {
            var (flows, sheet) = (Work.Connector.Flows, Work.Session.Sheet);
            var isCall = Work.Session.Name.Channel == Channel.Call;
            var isConnected = sheet.Get<bool>(Connected);
            if (!isConnected && !sheet.Get<bool>(Assigned))
                return;
            if ((isConnected || !(isCall ? flows.DelayCallRecord : flows.DelayChatRecord)) && (isCall || sheet.Count(MessagePrefix) >= flows.DelayChatUntilMessages))
                Work.Trigger(Time);
            else
                Work.LookUp(Time);
        }
    }
}
