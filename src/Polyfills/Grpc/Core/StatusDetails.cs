using Google.Protobuf;

namespace Google.Rpc;

/// <summary>Reads the details of a status; newer Google.Api.CommonProtos has the same as a member of the message.</summary>
public static class StatusDetails
{
    /// <summary>The first detail of a type.</summary>
    /// <typeparam name="T">The detail's message type.</typeparam>
    /// <param name="status">The status.</param>
    /// <returns>The detail, or null when there is none of that type.</returns>
    public static T? GetDetail<T>(this Status status)
        where T : class, IMessage<T>, new()
    {
        ArgumentNullException.ThrowIfNull(status);
        var detail = new T();
        if (status.Details.FirstOrDefault(any => any.Is(detail.Descriptor)) is not { } found)
            return null;
        // Not by Unpack: the messages of Google.Api.CommonProtos 2.0.0 can only be read from a CodedInputStream.
        detail.MergeFrom(found.Value.CreateCodedInput());
        return detail;
    }
}
