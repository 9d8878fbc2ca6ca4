using ContactCenter.Contracts;
using ContactCenter.CrmConnector.Outbound;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Sessions;

/// <summary>Sessions that callers make up to try a connector.</summary>
internal static class SampleSessions
{
    private const int BestRating = 5;
    private const string Boundary = "sample-boundary";

    /// <summary>Reads a sample.</summary>
    /// <param name="sample">Null for a session of which nothing is known.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT <c>FIELD_INVALID</c> with all bad fields.</exception>
    public static Session Read(V1.SampleSession? sample)
    {
        sample ??= new();
        var wrong = new List<(string Field, string Description)>();
        if (!Enum.IsDefined(sample.Channel))
            wrong.Add(("session.channel", "must be CALL or CHAT"));
        if (sample is { HasRating: true, Rating: < 1 or > BestRating })
            wrong.Add(("session.rating", $"must be 1 to {BestRating}"));
        var session = new Session
        {
            SessionId = sample.HasSessionId ? sample.SessionId : null,
            Channel = sample.Channel switch { V1.SessionChannel.Call => Channel.Call, V1.SessionChannel.Chat => Channel.Chat, _ => null },
            SessionType = sample.SessionType,
            IsMobile = sample.Mobile,
            AgentId = sample.HasAgentId ? sample.AgentId : null,
            AgentCustomId = sample.AgentCustomId,
            AgentEmail = sample.AgentEmail,
            Name = sample.Name,
            EndUserId = sample.HasEndUserId ? sample.EndUserId : null,
            Email = sample.Email,
            PhoneNumber = sample.PhoneNumber,
            OutboundPhoneNumber = sample.OutboundPhoneNumber,
            Language = sample.Language,
            CustomUserId = sample.CustomUserId,
            AccountId = OperationMessages.IdOf(sample.AccountId),
            RecordId = OperationMessages.IdOf(sample.RecordId),
            MenuPath = sample.MenuPath,
            QueueName = sample.QueueName,
            QueueId = sample.HasQueueId ? sample.QueueId : null,
            SdkName = sample.SdkName,
            SdkEmail = sample.SdkEmail,
            SdkPhone = sample.SdkPhone,
            SdkIdentifier = sample.SdkIdentifier,
            SmartActionSessionId = sample.SmartActionSessionId,
            Rating = sample.HasRating ? sample.Rating : null,
            Feedback = sample.Feedback,
            Duration = Seconds(sample.HasSessionSeconds, sample.SessionSeconds, "session.session_seconds"),
            Hold = Seconds(sample.HasHoldSeconds, sample.HoldSeconds, "session.hold_seconds"),
            Wait = Seconds(sample.HasWaitSeconds, sample.WaitSeconds, "session.wait_seconds"),
            DeviceType = sample.DeviceType,
            DisconnectedBy = sample.DisconnectedBy,
            Direction = sample.Direction,
            AfterCallWork = Seconds(sample.HasAfterCallWorkSeconds, sample.AfterCallWorkSeconds, "session.after_call_work_seconds"),
            SmartActionVerified = sample.SmartActionVerified,
            SmartActionText = sample.SmartActionText,
        };
        return wrong.Count == 0 ? session : throw RpcErrors.InvalidArgument(CrmErrors.Domain, SharedErrors.FieldInvalid, wrong);

        TimeSpan? Seconds(bool given, int seconds, string field)
        {
            if (seconds < 0)
                wrong.Add((field, "must not be negative"));
            return given ? TimeSpan.FromSeconds(seconds) : null;
        }
    }

    /// <summary>The file of a sample.</summary>
    /// <param name="sample">Null for any file.</param>
    public static FileHead FileOf(V1.SampleSession? sample) => new(
        sample?.File?.Name is { Length: > 0 } name ? name : "file",
        sample?.File?.ContentType is { Length: > 0 } type ? type : "application/octet-stream",
        Boundary);
}
