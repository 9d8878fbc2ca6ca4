using ContactCenter.Durable;
using ContactCenter.Events.Crm;
using Dapper;
using MassTransit;

namespace ContactCenter.StorageExport.Files;

/// <summary>Notes which files the CRM has, so that their bytes need not stay staged for it (STO-49).</summary>
internal sealed class CrmCopyConsumer : IConsumer<CrmFileUploaded>
{
    /// <inheritdoc />
    public async Task Consume(ConsumeContext<CrmFileUploaded> context)
    {
        if (!Guid.TryParse(context.Message.FileId, out var fileId))
            return;
        await context.Transaction().Connection.ExecuteAsync(
            "UPDATE storage.files SET crm_revision = greatest(crm_revision, least(coalesce(@Revision, revision), revision)) WHERE file_id = @fileId",
            new { fileId, context.Message.Revision });
    }
}
