using System.Text.Json;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <content>Who took part, and when.</content>
internal sealed partial class SessionBuilder
{
    private static readonly JsonElement NoTeams = JsonSerializer.SerializeToElement(Array.Empty<string>());

    private List<Participant> Participants()
    {
        var all = new List<(DateTimeOffset Time, string Key, Participant Row)>();
        if (_start is { } start)
            all.Add((start.Time, start.Key, Present(start.Time, _end?.Time) with
            {
                Type = "end_user",
                EndUserId = start.Data.Nested("end_user").Number("id"),
                PhoneNumber = start.Data.Nested("end_user").Text("phone"),
                SipHeaders = start.Data.Element("custom_sip_headers"),
                HoldDuration = IsCall ? _parts.Sum(part => part.HoldSeconds ?? 0) : null,
            }));
        all.AddRange(_added.Select(current => (current.Time, current.Key, Present(current.Time, _end?.Time) with
        {
            Type = current.Data.Text("participant_type")!.ToLowerInvariant(),
            EndUserId = current.Data.Number("end_user_id"),
            UserId = current.AgentId,
            PhoneNumber = current.Data.Text("phone_number"),
            // Written of agents alone, and of them always as a list (STO-77).
            Teams = NoTeams,
        })));
        all.AddRange(_virtualParts.Select(part => (part.Joined.Time, part.Joined.Key, Present(part.Joined.Time, (part.Left ?? _end)?.Time) with
        {
            Type = "virtual_agent",
            VirtualAgentId = part.Handler.Id,
            VirtualAgentParams = part.Joined.Data.Element("va_data_parameters"),
            SipHeaders = part.Joined.Data.Element("custom_sip_headers"),
            VirtualAgent = part.Joined.Data.Text("conversation_id") is { } id ? JsonSerializer.SerializeToElement(new { conversation_id = id }) : null,
        })));
        all.AddRange(_parts.Select(part =>
        {
            var handler = _people.Handler(part.AgentId);
            return (part.Joined.Time, part.Joined.Key, Present(part.Joined.Time, part.Left) with
            {
                Type = "agent",
                UserId = part.AgentId,
                SipHeaders = part.Joined.Data.Element("custom_sip_headers"),
                Location = part.Joined.Data.Element("location"),
                LocationId = part.Joined.Data.Nested("location").Number("id"),
                Email = handler.Email,
                FirstName = handler.FirstName,
                LastName = handler.LastName,
                MiddleName = _people.MiddleName(part.AgentId),
                Teams = part.Joined.Data.Element("teams") ?? NoTeams,
                HoldDuration = IsCall ? part.HoldSeconds : null,
            });
        }));
        return [.. all.OrderBy(one => one.Time).ThenBy(one => one.Row.Type == "end_user" ? 0 : 1).ThenBy(one => one.Key, StringComparer.Ordinal)
            .Select((one, index) => one.Row with { Id = index + 1 })];
    }

    private Participant Present(DateTimeOffset came, DateTimeOffset? left)
    {
        int? seconds = left is { } end ? Seconds(came, end) : null;
        return new()
        {
            EntryType = "queue_or_transfer",
            Status = left is null ? "connected" : "finished",
            FailReason = Nothing,
            ConnectedAt = came,
            CallId = IsCall ? _name.Id : null,
            ChatId = IsCall ? null : _name.Id,
            CallDuration = IsCall ? seconds ?? 0 : null,
            ChatDuration = IsCall ? null : seconds ?? 0,
            EndedAt = IsCall ? left : null,
            FinishedAt = IsCall ? null : left,
        };
    }
}
