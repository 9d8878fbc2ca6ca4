using ContactCenter.Events.Storage;

namespace ContactCenter.StorageExport.Files;

/// <summary>What is published of files.</summary>
internal static class FileMessages
{
    /// <summary>The bytes are there.</summary>
    public static SessionFileReady Ready(CatalogueFile file, DateTimeOffset now) => new()
    {
        EventId = Guid.CreateVersion7(now),
        OccurredTime = now,
        RecordedTime = now,
        AccountSid = file.AccountSid,
        SessionKind = file.SessionKind,
        SessionId = file.SessionId,
        Kind = file.Kind,
        FileId = file.FileId.ToString(),
        Number = file.Kind is "recording" or "voicemail" ? (int)file.Number!.Value : 1,
        FileName = file.Name!.Name,
        ContentType = file.ContentType!,
        Size = file.Size!.Value,
        Sha256 = Convert.ToHexStringLower(file.Sha256!),
        Revision = file.Revision,
        SendToCrm = file.SendToCrm,
    };

    /// <summary>The store has it.</summary>
    public static SessionFileStored Stored(CatalogueFile file, DateTimeOffset now) => new()
    {
        EventId = Guid.CreateVersion7(now),
        OccurredTime = new(file.StoredTime!.Value),
        RecordedTime = now,
        AccountSid = file.AccountSid,
        SessionKind = file.SessionKind,
        SessionId = file.SessionId,
        Kind = file.Kind,
        FileId = file.FileId.ToString(),
        StoreId = file.StoreId!.Value.ToString(),
        Location = file.Location!,
        Revision = file.StoredRevision,
    };

    /// <summary>The store has the metadata document.</summary>
    public static SessionMetadataWritten Written(CatalogueFile file, DateTimeOffset now) => new()
    {
        EventId = Guid.CreateVersion7(now),
        OccurredTime = new(file.StoredTime!.Value),
        RecordedTime = now,
        AccountSid = file.AccountSid,
        SessionKind = file.SessionKind,
        SessionId = file.SessionId,
        FileId = file.FileId.ToString(),
        RecordVersion = file.RecordVersion!.Value,
    };

    /// <summary>It is gone.</summary>
    public static SessionFileDeleted Deleted(CatalogueFile file, DateTimeOffset now) => new()
    {
        EventId = Guid.CreateVersion7(now),
        OccurredTime = now,
        RecordedTime = now,
        AccountSid = file.AccountSid,
        SessionKind = file.SessionKind,
        SessionId = file.SessionId,
        Kind = file.Kind,
        FileId = file.FileId.ToString(),
        Cause = file.Deletion!,
        Location = file.StoredRevision > 0 ? file.Location : null,
    };

    /// <summary>It will not be stored unless people do something.</summary>
    public static SessionFileFailed Failed(CatalogueFile file, string reason, DateTimeOffset now) => new()
    {
        EventId = Guid.CreateVersion7(now),
        OccurredTime = now,
        RecordedTime = now,
        AccountSid = file.AccountSid,
        SessionKind = file.SessionKind,
        SessionId = file.SessionId,
        Kind = file.Kind,
        FileId = file.FileId.ToString(),
        Reason = reason,
    };
}
