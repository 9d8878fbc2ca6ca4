using System.Collections.Frozen;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>
/// Writes and reads metadata documents: the keys of section 2a of the storage specification, in its order (INS-121, STO-75
/// to STO-78). Marks after a key: <c>?</c> left out when it is null; <c>+</c> an empty list when it is null; <c>*</c> left
/// out when it is null or empty; <c>:type</c> only for participants of that type.
/// </summary>
public static class SessionDocumentJson
{
    private const string LocalForm = "yyyy-MM-dd'T'HH:mm:ss'.000'zzz";

    private static readonly FrozenDictionary<Type, string> OfBoth = new Dictionary<Type, string>
    {
        [typeof(Escalation)] = "id, status, reason, created_at, escalated_at, from_virtual_agent, to_agent, from_menu_path, to_menu_path",
        [typeof(QueueDuration)] = "id, agent_id, ended_at, lang, menu_path_id, menu_path, queue_duration, started_at, transfer_cold, transfer, transfer_id,"
            + " service_level_abandon_time_threshold, service_level_event, service_level_target_percent, service_level_target_time",
        [typeof(RedactionTime)] = "start, start_agent_id, end, duration, end_agent_id",
        [typeof(Recording)] = "id, call_id, conference_sid, duration, recording_type, redaction_times, started_at",
        [typeof(Disposition)] = "user_id, transfer_id, participant_id, note?, code, ujet_code_id, list, list_path, ujet_list_id, custom_list_id, custom_code_id",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<Type, string> OfCalls = new Dictionary<Type, string>(OfBoth)
    {
        [typeof(SessionDocument)] = "id, lang, call_type, session_type, session_type_v2, status, created_at, queued_at, assigned_at, connected_at, ends_at, scheduled_at,"
            + " updated_at, wait_duration, call_duration, hold_duration, rating, has_feedback, voip_provider, out_ticket_id, out_ticket_url, is_out_ticket_account,"
            + " verified, recording_url, recording_permission, voicemail_reason, deflection, disconnected_by, fail_reason, fail_details, adapter_fail_code,"
            + " adapter_fail_message, support_number, selected_menu, menu_path, queue_priority_level, agent_info?, end_user, photos, videos, transfers, escalations+,"
            + " deflection_details, handle_durations, queue_durations, virtual_agent_deflected_escalations, virtual_agent_handle_durations,"
            + " consumer_handle_durations, consumer_event_durations, consumer_in_menu_durations, participants, recordings, offer_type, offer_events, answer_type,"
            + " outbound_number, wait_time_sms, in_call_sms, dispositions+, email, feedback, smart_action_text, custom_data_secured, custom_data_not_secured, sip_headers",
        [typeof(SessionTransfer)] = "id, status, fail_reason, created_at, assigned_at, connected_at, updated_at, call_duration, wait_duration, deflection, answer_type_path,"
            + " from_menu_path, to_menu_path, from_agent, to_agent, from_virtual_agent, to_virtual_agent, from_queue_priority_level, to_queue_priority_level",
        [typeof(HandleDuration)] = "id, agent_id, acw_duration, bcw_duration, call_duration, menu_path_id, menu_path, lang, barged, transfer, transfer_id, transfer_cold,"
            + " started_at, ended_at, scheduled_at, hold_duration, assigned_connection_duration",
        [typeof(VirtualAgentHandleDuration)] = "id, virtual_agent, call_duration, escalation_reason, finish_reason, sentiment, response_count, fallback_response_count,"
            + " initiated_by, menu_path_id, menu_path, lang, transfer, transfer_id, started_at, ended_at",
        [typeof(ConsumerHandleDuration)] = "id, call_duration, hold_duration, started_at, ended_at",
        [typeof(ConsumerEventDuration)] = "id, duration, type?, event, menu_path_id, menu_path, lang, started_at, ended_at",
        [typeof(Participant)] = "id, type, entry_type, user_id, end_user_id, virtual_agent_id, virtual_agent_params?, status, fail_reason, connected_at,"
            + " phone_number:end_user, sip_headers, location:agent, location_id:agent, email:agent, first_name:agent, last_name:agent, middle_name:agent, teams:agent,"
            + " call_id, call_duration, hold_duration, ended_at, agent_assist, virtual_agent, adapter_fail_code, adapter_fail_message",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<Type, string> OfChats = new Dictionary<Type, string>(OfCalls)
    {
        [typeof(SessionDocument)] = "id, lang, chat_type, session_type, session_type_v2, status, created_at, assigned_at, ends_at, updated_at, first_msg_sent_at,"
            + " last_msg_sent_at, wait_duration, chat_duration, verified, rating, has_feedback, out_ticket_id, out_ticket_url, is_out_ticket_account, fail_reason,"
            + " provider_type, provider_channel_id, message_count, average_response_time, longest_response_time, selected_menu, menu_path, transcript, agent_info?,"
            + " end_user, photos, videos, transfers, escalations*, participants, handle_durations, queue_durations, virtual_agent_handle_durations,"
            + " virtual_agent_deflected_escalations, consumer_handle_durations, consumer_event_durations, offer_type, offer_events, answer_type, after_hours,"
            + " transfer_limit, dispositions*, email, feedback, smart_action_text, custom_data_secured, custom_data_not_secured",
        [typeof(SessionTransfer)] = OfCalls[typeof(SessionTransfer)].Replace("call_duration", "chat_duration", StringComparison.Ordinal),
        [typeof(HandleDuration)] = "id, agent_id, acw_duration, chat_duration, menu_path_id, menu_path, lang, transfer, transfer_id, started_at, ended_at, response_count,"
            + " response_time_total, response_time_max, response_time_avg, assigned_connection_duration",
        [typeof(VirtualAgentHandleDuration)] = OfCalls[typeof(VirtualAgentHandleDuration)].Replace("call_duration", "chat_duration", StringComparison.Ordinal),
        [typeof(ConsumerHandleDuration)] = "id, chat_duration, started_at, ended_at, message_count, response_count, response_time_total, response_time_max, response_time_avg",
        [typeof(Participant)] = "id, type, entry_type, user_id, end_user_id, virtual_agent_id, virtual_agent_params?, status, fail_reason, connected_at,"
            + " phone_number:end_user, sip_headers, location:agent, location_id:agent, email:agent, first_name:agent, last_name:agent, middle_name:agent, teams:agent,"
            + " chat_id, finished_at, chat_duration, virtual_agent, agent_assist",
    }.ToFrozenDictionary();

    private static readonly FrozenSet<string> OfPeople = new[] { "agent_number", "email", "last_name", "first_name" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Options that write documents of a kind.</summary>
    /// <param name="kind">Call or chat.</param>
    /// <param name="zone">Zone of the times.</param>
    public static JsonSerializerOptions Options(SessionKind kind, TimeZoneInfo zone)
    {
        var keys = kind == SessionKind.Call ? OfCalls : OfChats;
        return new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { info => Arrange(info, keys) } },
            Converters = { new LocalInstantConverter(zone) },
        };
    }

    /// <summary>A time of a zone, cut to the second: <c>2026-03-23T13:12:51.000-07:00</c> (STO-76).</summary>
    /// <param name="time">The time.</param>
    /// <param name="zone">The zone.</param>
    public static string Local(DateTimeOffset time, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(time, zone).ToString(LocalForm, CultureInfo.InvariantCulture);

    private static void Arrange(JsonTypeInfo info, FrozenDictionary<Type, string> keysOf)
    {
        if (info.Type == typeof(Handler))
        {
            foreach (var property in info.Properties)
            {
                property.ShouldSerialize = property.Name == "va_alias" ? (handler, _) => ((Handler)handler).IsVirtual
                    : OfPeople.Contains(property.Name) ? (handler, _) => !((Handler)handler).IsVirtual
                    : null;
            }

            return;
        }

        if (!keysOf.TryGetValue(info.Type, out var keys))
            return;
        var properties = info.Properties.ToDictionary(property => property.Name, StringComparer.Ordinal);
        info.Properties.Clear();
        foreach (var key in keys.Split(", "))
        {
            var name = key.TrimEnd('?', '+', '*').Split(':')[0];
            var property = properties[name];
            property.ShouldSerialize = key[^1] switch
            {
                '?' => (_, value) => value is not null,
                '*' => (_, value) => value is System.Collections.ICollection { Count: > 0 },
                _ when key.Split(':') is [_, var type] => (participant, _) => ((Participant)participant).Type == type,
                _ => null,
            };
            if (key[^1] == '+' && property.Get is { } get)
                property.Get = owner => get(owner) ?? (property.PropertyType == typeof(IReadOnlyList<Escalation>) ? Array.Empty<Escalation>() : Array.Empty<Disposition>());
            info.Properties.Add(property);
        }
    }
}

/// <summary>Writes times as <see cref="SessionDocumentJson.Local"/> does.</summary>
/// <param name="zone">The zone.</param>
internal sealed class LocalInstantConverter(TimeZoneInfo zone) : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc />
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(SessionDocumentJson.Local(value, zone));
}

/// <summary>Times in UTC with their milliseconds: <c>2026-03-23T20:15:35.473Z</c> (STO-76).</summary>
internal sealed class ExactInstantConverter : JsonConverter<DateTimeOffset>
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss'.'fff'Z'";

    /// <inheritdoc />
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture));
}
