using ContactCenter.Contracts;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Sessions;
using ContactCenter.Events.Crm;
using ContactCenter.Storage.V1;

namespace ContactCenter.CrmConnector.Outbound;

// The files of the session.
internal sealed partial class SessionWork
{
    private const short FileRank = 5;

    /// <summary>Has a file attached to the record, or a link to it commented (CRM-91, CRM-120).</summary>
    /// <param name="file">The file.</param>
    /// <param name="time">When its content was there.</param>
    /// <param name="isSent">Whether the CRM gets the file itself.</param>
    public void Attach(FileFacts file, DateTimeOffset time, bool isSent)
    {
        var source = SourceOf(file);
        Session.Sheet.Note(source, file, time, file.Revision);
        foreach (var earlier in RevisionsOf(file).Where(other => other.Revision < file.Revision && other.Operation is { IsUnsent: true }).ToList())
            End(earlier.Operation, WorkState.Skipped, CrmErrors.FileReplaced);
        Add(WorkKind.File, source, time, FileRank, SkipOf(file, isSent));
        if (!isSent)
            LinkTo(file, time);
    }

    /// <summary>Has a link to a file commented, once whatever becomes of it later (CRM-120).</summary>
    /// <param name="file">The file; nothing is done for one without a link.</param>
    /// <param name="time">When.</param>
    public void LinkTo(FileFacts file, DateTimeOffset time)
    {
        if (file.Url is null)
            return;
        var source = CommentText.SourceOf(CommentKind.File, file.FileId);
        Session.Sheet.NoteFirst(source, file, time, file.Revision);
        ChangesSession = true;
        Comment(source, time);
    }

    /// <summary>The file that an operation attaches.</summary>
    /// <param name="operation">The operation.</param>
    public FileFacts FileOf(StoredOperation operation) => Session.Sheet.Get<FileFacts>(operation.Source)!;

    /// <summary>Why a file is not to be attached, or not any more; null if it is (CRM-124).</summary>
    /// <param name="file">The file.</param>
    public string? Superseded(FileFacts file)
    {
        if (RevisionsOf(file).Any(other => other.Revision > file.Revision && other.Operation.State != WorkState.Skipped))
            return CrmErrors.FileReplaced;
        var isOnce = file.FileKind == SessionFileKind.SessionMetadata && connector.Template.Upload is not { Settings.ReuploadMetadata: true };
        return isOnce && RevisionsOf(file).Any(other => other.Revision != file.Revision && other.Operation.State == WorkState.Succeeded) ? "ALREADY_ATTACHED" : null;
    }

    /// <summary>Notes that a file was attached, tells it (CRM-123), and has it commented if that is wanted (CRM-122).</summary>
    /// <param name="file">The file.</param>
    /// <param name="attachmentId">The CRM's id of it; null for none.</param>
    /// <param name="url">Where people get it from the CRM; null for nowhere.</param>
    public void Attached(FileFacts file, string? attachmentId, string? url)
    {
        var source = SourceOf(file);
        // Later than what was told of the file before, whatever the clock of the teller says.
        Session.Sheet.Note(source, file with { Url = url, IsAttached = true }, DateTimeOffset.MaxValue, file.Revision);
        ChangesSession = true;
        if (connector.Template.Upload is { Settings.AddComment: true })
            Comment(source, now);
        Publish(new CrmFileUploaded
        {
            EventId = Guid.CreateVersion7(now),
            OccurredTime = now,
            RecordedTime = now,
            AccountSid = Session.AccountSid,
            SessionKind = Session.Name.Kind,
            SessionId = Session.Name.Id,
            FileId = file.FileId,
            Kind = file.Kind,
            Revision = file.Revision,
            AttachmentId = attachmentId,
            Url = url,
        });
    }

    private static string SourceOf(FileFacts file) => CommentText.SourceOf(CommentKind.File, FormattableString.Invariant($"{file.FileId}/{file.Revision}"));

    private IEnumerable<(int Revision, StoredOperation Operation)> RevisionsOf(FileFacts file) =>
        from operation in Operations
        where operation.Kind == WorkKind.File
        let told = FileOf(operation)
        where told.FileId == file.FileId
        select (told.Revision, operation);

    private string? SkipOf(FileFacts file, bool isSent)
    {
        if (!Has(EndpointKind.UploadFile))
            return CrmErrors.EndpointNotConfigured;
        if (!connector.Template.Upload!.Takes(file.FileKind))
            return "KIND_NOT_SELECTED";
        if (!isSent)
            return "NOT_SENT_TO_CRM";
        return Superseded(file);
    }
}
