using System.Text.Json.Nodes;

namespace ContactCenter.Sandbox.Twilio.Rest;

/// <summary>A task or worker as the API shows it, with the version that its ETag names.</summary>
/// <param name="sid">WT… or WK…</param>
/// <param name="isTask">False for a worker.</param>
/// <param name="created">When it was made.</param>
public sealed class RestResource(string sid, bool isTask, DateTimeOffset created)
{
    /// <summary>Statuses after which a task takes no new state.</summary>
    private static readonly string[] Ended = ["completed", "canceled"];

    /// <summary>WT… or WK…</summary>
    public string Sid { get; } = sid;

    /// <summary>The JSON text that an update replaces as a whole.</summary>
    public string Attributes { get; set; } = "{}";

    /// <summary>Of a task: <c>pending</c>, <c>reserved</c>, <c>assigned</c>, <c>wrapping</c>, <c>completed</c> or <c>canceled</c>.</summary>
    public string AssignmentStatus { get; set; } = "pending";

    /// <summary>Of a task: the reason stated at its end.</summary>
    public string? Reason { get; set; }

    /// <summary>Of a worker: the friendly name.</summary>
    public string? FriendlyName { get; set; }

    /// <summary>Rises with every change.</summary>
    public int Version { get; set; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset Updated { get; set; }

    /// <summary>The version as HTTP names it.</summary>
    public string ETag => $"\"{Version}\"";

    /// <summary>Whether it is a task that has ended.</summary>
    public bool HasEnded => isTask && Ended.Contains(AssignmentStatus);

    /// <summary>The resource as the API answers it; fields that the sandbox does not play are null.</summary>
    /// <param name="accountSid">AC…</param>
    /// <param name="workspaceSid">WS…</param>
    /// <param name="url">Its address.</param>
    /// <param name="now">For a task's age.</param>
    public JsonObject ToJson(string accountSid, string workspaceSid, string url, DateTimeOffset now)
    {
        var json = new JsonObject
        {
            ["account_sid"] = accountSid,
            ["workspace_sid"] = workspaceSid,
            ["sid"] = Sid,
            ["attributes"] = Attributes,
            ["date_created"] = RestTime.Of(created),
            ["date_updated"] = RestTime.Of(Updated),
            ["url"] = url,
            ["links"] = new JsonObject(),
        };
        if (isTask)
        {
            json["age"] = (int)(now - created).TotalSeconds;
            json["assignment_status"] = AssignmentStatus;
            json["reason"] = Reason;
            json["priority"] = 0;
            json["timeout"] = 86_400;
        }
        else
        {
            json["friendly_name"] = FriendlyName;
            json["available"] = true;
        }

        return json;
    }
}

/// <summary>Times as the API writes them.</summary>
internal static class RestTime
{
    /// <summary>ISO 8601 in UTC, to the second.</summary>
    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
