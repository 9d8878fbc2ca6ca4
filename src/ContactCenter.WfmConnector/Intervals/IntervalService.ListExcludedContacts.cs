using ContactCenter.ServiceDefaults;
using ContactCenter.Wfm.V1;
using ContactCenter.WfmConnector.Facts;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.WfmConnector.Intervals;

public sealed partial class IntervalService
{
    /// <inheritdoc />
    public override async Task<ListExcludedContactsResponse> ListExcludedContacts(ListExcludedContactsRequest request, ServerCallContext context)
    {
        var range = IntervalRange.Read(request.StartTime, request.EndTime);
        var size = Pages.Size(request.PageSize);
        var filter = new ListExcludedContactsRequest { StartTime = request.StartTime, EndTime = request.EndTime };
        var after = Pages.Position(request.PageToken, filter, PositionParts);
        await using var connection = await database.OpenAsync(context.CancellationToken);
        var contacts = await FigureStore.ExcludedAsync(connection, range.Start, range.End, after?.Time(0).UtcDateTime, after?[1], size + 1, context.CancellationToken);
        var response = new ListExcludedContactsResponse();
        response.Contacts.AddRange(contacts.Take(size).Select(contact => new ExcludedContact
        {
            SegmentId = contact.SegmentId,
            TaskSid = contact.TaskSid,
            QueueSid = contact.QueueSid,
            Channel = contact.Channel ?? "",
            Medium = ContactMedia.MessageOf((ContactMedium)contact.Medium),
            Inbound = contact.Direction == "INBOUND",
            EndTime = contact.EndTime.ToTimestamp(),
            Reason = contact.Reason,
        }));
        if (contacts.Count > size)
            response.NextPageToken = Paging.Token(filter, Paging.Part(contacts[size - 1].EndTime), contacts[size - 1].SegmentId);
        return response;
    }
}
