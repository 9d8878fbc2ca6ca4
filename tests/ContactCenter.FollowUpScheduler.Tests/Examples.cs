using ContactCenter.FollowUps.V1;
using HttpMethod = ContactCenter.FollowUps.V1.HttpMethod;

namespace ContactCenter.FollowUpScheduler.Tests;

/// <summary>Definitions that tests begin with.</summary>
internal static class Examples
{
    /// <summary>The bytes 00…1f.</summary>
    public const string AnswerKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    public static Integration Integration(string url) => new() { IntegrationId = "itsm", Method = HttpMethod.Get, Url = url, Retry = new() { MaxAttempts = 2 } };

    public static Channel RbmChannel() => new() { ChannelId = "rbm-main", DisplayName = "RBM", Enabled = true, Rbm = new() { AgentId = "brand@rbm.goog" } };

    public static User Ana() => new() { UserId = "ana", FirstName = "Ana", Email = "ana@example.com", Phone = "+351210000001" };

    /// <summary>Pending approvals: polling every 30 minutes, 3 attempts an hour apart, as in example 7.1.</summary>
    public static FollowUp Approvals() => new()
    {
        FollowUpId = "approvals",
        DisplayName = "Approvals",
        Status = FollowUpStatus.Active,
        DataExtraction = new()
        {
            PollingFrequencyMinutes = 30,
            Steps = { new Step { IntegrationCall = new() { IntegrationId = "itsm", ResultAs = "tickets" } } },
            LoopingElement = "@{local.tickets.result}",
            ReconciliationId = "@{followup.data.id}",
            Condition = new() { Match = Match.All, Clauses = { new Clause { Left = "@{followup.data.status}", Operator = Operator.Equals, Right = "Pending Approval" } } },
            JitterSeconds = 0,
        },
        Recipients = new() { User = "@{followup.data.approver}" },
        Message = new()
        {
            Parts = { new MessagePart { Text = "@{user.firstName}, approve @{followup.data.id}?" } },
            ChannelId = "rbm-main",
            Actions =
            {
                new FollowUps.V1.Action { ActionId = "approve", Title = "Approve", Kind = ActionKind.Reply },
                new FollowUps.V1.Action { ActionId = "reject", Title = "Reject", Kind = ActionKind.Reply },
            },
        },
        NotificationSchedule = new() { NotificationFrequencyMinutes = 60, Attempts = 3 },
    };

    public static string Ticket(string id, string status = "Pending Approval", string approver = "ana") => $$"""{"id":"{{id}}","status":"{{status}}","approver":"{{approver}}"}""";
}
