using System.Globalization;
using System.Text;
using ContactCenter.Crm.V1;
using ContactCenter.Events.Insights;

namespace ContactCenter.Benchmarks.Crm;

/// <summary>The sessions of the crm benchmark: what is told of each, and the eight calls that follow from it.</summary>
internal static class CrmSessions
{
    /// <summary>Find and create of account and record, update, and comments at start, end and rating.</summary>
    internal const int Calls = 8;

    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    /// <summary>The connector by which a session leads to exactly these calls.</summary>
    internal static Connector Connector(string crm) => new()
    {
        ConnectorId = "benchmark",
        InteractionMethod = InteractionMethod.GenericApi,
        Authentication = new() { Basic = new() { Username = "benchmark", Password = "benchmark" } },
        Phone = new() { Format = PhoneFormat.E164 },
        Flows = new() { RecordReuse = RecordReuse.AnyFound, UpdateTriggers = new() { Triggers = { UpdateTrigger.SessionEnded } } },
        RetryPolicy = "standard",
        Endpoints = new()
        {
            FindAccountByQuery = Of($"{crm}/accounts", RequestMethod.Get, ("phone", "{PHONE_NUMBER}")),
            CreateAccount = Of($"{crm}/accounts", RequestMethod.Post, ("name", "{NAME}"), ("phone", "{PHONE_NUMBER}")),
            FindRecordByQuery = Of($"{crm}/records", RequestMethod.Get, ("account", "{ACCOUNT_ID}")),
            CreateRecord = Of($"{crm}/records", RequestMethod.Post, ("subject", "{TICKET_SUBJECT}"), ("account", "{ACCOUNT_ID}")),
            UpdateRecord = Of($"{crm}/records/{{RECORD_ID}}", RequestMethod.Put, ("subject", "{TICKET_SUBJECT}"), ("duration", "{CALL_DURATION}")),
            Comment = Of($"{crm}/records/{{RECORD_ID}}/comments", RequestMethod.Post, ("text", "{COMMENT_BODY}")),
        },
    };

    /// <summary>The events of a session.</summary>
    internal static IEnumerable<object> Events(long id)
    {
        var facts = new SessionFacts
        {
            SessionKind = "call",
            SessionId = id,
            SessionType = "Voice Inbound (IVR)",
            Sequence = 1,
            Agent = new(5, null, "jane.smith@example.com"),
            QueueId = "8",
            QueuePath = "Orders",
            EndUser = new(id, null, null, "Kim Lee", null, string.Create(CultureInfo.InvariantCulture, $"+1222{id % 10_000_000:0000000}")),
        };
        yield return new SessionConnected { EventId = Guid.CreateVersion7(Start), OccurredTime = Start, RecordedTime = Start, AccountSid = "AC1", Session = facts, FirstAgent = true };
        yield return new SessionEnded
        {
            EventId = Guid.CreateVersion7(Start),
            OccurredTime = Start.AddMinutes(2),
            RecordedTime = Start,
            AccountSid = "AC1",
            Session = facts,
            Status = "finished",
            EndTime = Start.AddMinutes(2),
            ReadyTime = Start.AddMinutes(17),
            WaitSeconds = 27,
            SessionSeconds = 126,
            HoldSeconds = 5,
            Successful = true,
            RecordVersion = 1,
        };
        yield return new RatingSaved { EventId = Guid.CreateVersion7(Start), OccurredTime = Start.AddMinutes(3), RecordedTime = Start, AccountSid = "AC1", Session = facts, Rating = 5 };
    }

    /// <summary>The same calls, by nothing but a client.</summary>
    internal static async Task CallAsync(HttpClient http, long id, CancellationToken cancellationToken)
    {
        await http.GetAsync($"/accounts?phone=%2B1222{id}", cancellationToken);
        var account = await SendAsync(HttpMethod.Post, "/accounts", $$"""{"name":"Kim Lee","phone":"+1222{{id}}"}""");
        await http.GetAsync($"/records?account={account}", cancellationToken);
        var record = await SendAsync(HttpMethod.Post, "/records", $$"""{"subject":"Voice Inbound (IVR) {{id}}","account":{{account}}}""");
        await SendAsync(HttpMethod.Post, $"/records/{record}/comments", $$"""{"text":"Voice Inbound (IVR) {{id}} started\nQueue: Orders\nAgent: jane.smith@example.com"}""");
        await SendAsync(HttpMethod.Put, $"/records/{record}", $$"""{"subject":"Voice Inbound (IVR) {{id}}","duration":"02:06"}""");
        await SendAsync(HttpMethod.Post, $"/records/{record}/comments", $$"""{"text":"Voice Inbound (IVR) {{id}} ended\nDuration: 02:06\nWait: 00:27\nHold: 00:05"}""");
        await SendAsync(HttpMethod.Post, $"/records/{record}/comments", """{"text":"Rating: 5/5"}""");

        async Task<string> SendAsync(HttpMethod method, string path, string body)
        {
            using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            using var response = await http.SendAsync(request, cancellationToken);
            var answer = await response.Content.ReadAsStringAsync(cancellationToken);
            return answer[(answer.IndexOf(':', StringComparison.Ordinal) + 1)..].TrimEnd('}');
        }
    }

    private static Endpoint Of(string url, RequestMethod method, params (string Key, string Value)[] parameters) => new()
    {
        Url = url,
        Method = method,
        Parameters = { parameters.Select(parameter => new Parameter { Key = parameter.Key, Value = parameter.Value }) },
    };
}
