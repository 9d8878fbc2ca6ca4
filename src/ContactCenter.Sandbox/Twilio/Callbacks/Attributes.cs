using System.Globalization;
using System.Text;
using System.Text.Json;
using ContactCenter.Sandbox.Twilio.Lives;

namespace ContactCenter.Sandbox.Twilio.Callbacks;

/// <summary>The JSON texts that tasks and workers carry as attributes.</summary>
public static class Attributes
{
    private const string ServiceNumber = "+15550100000";

    /// <summary>A task's attributes; one task in four carries only what the channel itself sets.</summary>
    /// <param name="life">The task.</param>
    /// <param name="finished">Whether the worker has noted the outcome.</param>
    /// <returns>A JSON object.</returns>
    public static string Of(TaskLife life, bool finished) => Json(json =>
    {
        var contact = life.Contact;
        var customer = contact.Customer.ToString("0000", CultureInfo.InvariantCulture);
        var phone = $"+1555123{customer}";
        var address = life.Channel == Workspace.Chat ? $"Customer {customer}" : phone;

        json.WriteString("direction", contact.Outbound ? "outbound" : "inbound");
        json.WriteString("from", contact.Outbound ? ServiceNumber : address);
        json.WriteString("to", contact.Outbound ? address : ServiceNumber);
        if (life.Channel == Workspace.Voice)
        {
            json.WriteString("call_sid", Sid.Of("CA", life.TaskSid));
            json.WriteString("from_country", "US");
            json.WriteString("to_country", "US");
        }
        else
        {
            json.WriteString("channelType", life.Channel == Workspace.Chat ? "web" : "sms");
            json.WriteString("channelSid", Sid.Of("CH", life.TaskSid));
        }

        var outcome = finished ? contact.Disposition : null;
        var plain = contact.Number % 4 == 0;
        if (!plain || contact.ConversationId is not null || outcome is not null)
        {
            json.WriteStartObject("conversations");
            WriteConversation(json, contact, outcome);
            json.WriteEndObject();
        }
        if (!plain)
        {
            json.WriteStartObject("customers");
            json.WriteString("name", $"Customer {customer}");
            json.WriteString("external_id", $"customer-{customer}");
            json.WriteString("phone", phone);
            json.WriteString("email", $"customer{customer}@example.com");
            json.WriteString("category", contact.Customer % 10 == 0 ? "VIP" : "Standard");
            json.WriteString("market_segment", contact.Customer % 3 == 0 ? "Business" : "Private");
            json.WriteString("acquisition_date", "2024-05-01");
            json.WriteNumber("business_value", contact.Customer * 10);
            json.WriteEndObject();
        }
    });

    /// <summary>The customer's own number of a worker.</summary>
    /// <param name="worker">The worker.</param>
    /// <returns>Such as <c>1007</c>.</returns>
    public static string AgentIdOf(Worker worker) => string.Create(CultureInfo.InvariantCulture, $"10{worker.Number:00}");

    /// <summary>A worker's attributes.</summary>
    /// <param name="worker">The worker.</param>
    /// <returns>A JSON object.</returns>
    public static string Of(Worker worker) => Json(json =>
    {
        var number = worker.Number.ToString("00", CultureInfo.InvariantCulture);
        json.WriteString("full_name", worker.Name);
        json.WriteString("agent_id", AgentIdOf(worker));
        json.WriteString("email", $"agent{number}@example.com");
        json.WriteString("team_id", $"team-{worker.Team}");
        json.WriteString("team_name", $"Team {worker.Team}");
        json.WriteString("department_id", "customer-service");
        json.WriteString("department_name", "Customer Service");
        json.WriteString("role", "agent");
        json.WriteString("location", worker.Number % 2 == 0 ? "North" : "South");
        json.WriteString("contact_uri", $"client:agent{number}");
        json.WriteStartObject("routing");
        json.WriteStartArray("skills");
        foreach (var channel in worker.Channels)
            json.WriteStringValue(channel.UniqueName);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteConversation(Utf8JsonWriter json, Contact contact, string? outcome)
    {
        if (contact.ConversationId is not null)
            json.WriteString("conversation_id", contact.ConversationId);
        if (contact.Campaign is not null)
            json.WriteString("campaign", contact.Campaign);
        json.WriteString("language", contact.Customer % 5 == 0 ? "es" : "en");
        json.WriteString("initiated_by", contact.Outbound ? "Agent" : "Customer");
        json.WriteString("conversation_attribute_1", contact.Number % 2 == 0 ? "Contract" : "Delivery");
        json.WriteString("conversation_label_1", contact.Number % 2 == 0 ? "About the contract" : "About a delivery");
        json.WriteNumber("conversation_measure_1", contact.Number % 7);
        if (outcome is not null)
            json.WriteString("outcome", outcome);
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
