using System.Collections.Frozen;

namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>The names that are read of attributes, one table for each object (table 2.3a of the rules).</summary>
public static class AttributeFields
{
    /// <summary>Names that the senders themselves put at the root, besides those that are read.</summary>
    public static FrozenSet<string> OfTwilio { get; } = FrozenSet.Create(
        StringComparer.Ordinal, "channelSid", "conversations", "customers", "hipaa_enabled", "recordings", "reservation_attributes");

    /// <summary>Of the task attribute object <c>conversations</c>. <c>kind</c> is known only to be refused (INS-53).</summary>
    public static FieldTable Conversations { get; } = FieldTable.Of(
        """
        abandoned abandoned_phase activity campaign case channel communication_channel content conversation_attribute_1…10 conversation_id
        conversation_label_1…10 date destination direction external_contact external_id_label followed_by handling_department_id
        handling_department_name handling_team_id handling_team_name hang_up_by in_business_hours initiated_by initiative kind language order
        outcome preceded_by productive queue recording_status segment_link segment_name service_level source virtual workflow
        """.ReplaceLineEndings(" "),
        """
        abandon_time activity_time agent_talk_time average_response_time conversation_measure_1…10 crosstalk_time customer_talk_time
        first_response_time focus_time hold_time ivr_time longest_silence_before_agent longest_silence_before_customer longest_talk_by_agent
        longest_talk_by_customer priority queue_time ring_time segment_recording_offset silence_time talk_time wrap_up_time
        """.ReplaceLineEndings(" "),
        ("handling_department_name_in_hierarchy", FieldForm.Path),
        ("handling_team_name_in_hierarchy", FieldForm.Path),
        ("ivr_path", FieldForm.Path),
        ("media", FieldForm.Json));

    /// <summary>Of the task attribute object <c>customers</c>.</summary>
    public static FieldTable Customers { get; } = FieldTable.Of(
        """
        acquisition_date category city country customer_attribute_1…3 customer_label_1…3 customer_link customer_manager email external_id
        gender geo_location market_segment name organization phone region state type year_of_birth zip
        """.ReplaceLineEndings(" "),
        "acquisition_cost business_value");

    /// <summary>At the root of task attributes.</summary>
    public static FieldTable Root { get; } = FieldTable.Of(
        """
        call_sid called called_city called_country called_state called_zip caller caller_city caller_country caller_state caller_zip
        direction flexInteractionSid from from_city from_country from_state from_zip previous_task_sid reason to to_city to_country to_state
        to_zip transfer_sid
        """.ReplaceLineEndings(" "));

    /// <summary>Of worker attributes.</summary>
    public static FieldTable Workers { get; } = FieldTable.Of(
        """
        agent_attribute_1…3 agent_id agent_label_1…3 department_id department_name email full_name location manager phone role state team_id
        team_name
        """.ReplaceLineEndings(" "),
        "",
        ("department_name_in_hierarchy", FieldForm.Path),
        ("roles", FieldForm.List),
        ("team_name_in_hierarchy", FieldForm.Path));
}
