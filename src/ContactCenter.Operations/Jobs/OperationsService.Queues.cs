using System.Text.Json.Nodes;
using ContactCenter.Durable;
using ContactCenter.Operations.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.Operations;

public sealed partial class OperationsService
{
    private const int MaxQueueName = 200;

    /// <inheritdoc />
    public override async Task<ListQueuesResponse> ListQueues(ListQueuesRequest request, ServerCallContext context)
    {
        // A space stands before every character that a kind has, so that a kind comes before those it is the beginning of.
        var (page, next) = PageOf(
            await jobs.ListQueuesAsync(context.CancellationToken), queue => $"{queue.Kind} {queue.Group}", request.PageSize, request.PageToken, new ListQueuesRequest());
        var response = new ListQueuesResponse { NextPageToken = next };
        response.Queues.AddRange(page.Select(queue => new Queue
        {
            Kind = queue.Kind,
            Group = queue.Group,
            Depth = queue.Depth,
            Running = queue.Running,
            Failed = queue.Failed,
            OldestDueAge = queue.OldestDueAge?.ToDuration(),
            IsOrphaned = queue.IsOrphaned,
            KindPauseNote = queue.KindPauseNote ?? "",
            GroupPauseNote = queue.GroupPauseNote ?? "",
        }));
        return response;
    }

    /// <inheritdoc />
    public override Task<PauseQueueResponse> PauseQueue(PauseQueueRequest request, ServerCallContext context)
    {
        var (isKind, name, resource) = QueueOf(request.HasKind, request.Kind, request.HasGroup, request.Group);
        var note = Required(request.Note, "note");
        if (note.Length > JobDesk.MaxNoteLength)
            throw Invalid("note", $"must have 1 to {JobDesk.MaxNoteLength} characters");
        return ChangeAsync(request, context, async transaction =>
        {
            await (isKind ? jobs.PauseKindAsync(transaction, name, note, context.CancellationToken) : jobs.PauseGroupAsync(transaction, name, note, context.CancellationToken));
            return new Deed<PauseQueueResponse>(new(), "queues.pause", resource, new JsonObject { ["note"] = note });
        });
    }

    /// <inheritdoc />
    public override Task<ResumeQueueResponse> ResumeQueue(ResumeQueueRequest request, ServerCallContext context)
    {
        var (isKind, name, resource) = QueueOf(request.HasKind, request.Kind, request.HasGroup, request.Group);
        return ChangeAsync(request, context, async transaction =>
        {
            var wasPaused = await (isKind ? jobs.ResumeKindAsync(transaction, name, context.CancellationToken) : jobs.ResumeGroupAsync(transaction, name, context.CancellationToken));
            return new Deed<ResumeQueueResponse>(new() { WasPaused = wasPaused }, "queues.resume", resource, new JsonObject { ["was_paused"] = wasPaused });
        });
    }

    private static (bool IsKind, string Name, string Resource) QueueOf(bool hasKind, string kind, bool hasGroup, string group)
    {
        if (!hasKind && !hasGroup)
            throw Missing("kind");
        var (field, name) = hasKind ? ("kind", Required(kind, "kind")) : ("group", Given(group) ?? "");
        return name.Length <= MaxQueueName ? (hasKind, name, $"{field}s/{name}") : throw Invalid(field, $"must have at most {MaxQueueName} characters");
    }
}
