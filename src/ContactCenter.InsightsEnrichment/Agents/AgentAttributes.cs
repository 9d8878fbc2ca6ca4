using System.Text.Json;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Agents;

/// <summary>The text values of an agent, made of worker attributes by the rules for texts, labels, teams and departments (INS-42, INS-46, INS-47, INS-49, INS-50).</summary>
internal static class AgentAttributes
{
    private const string Roles = "roles", Role = "role";
    private const int CustomFields = 3;

    /// <summary>Works out the values of an agent.</summary>
    /// <param name="agentSid">Stands for a custom attribute of which only the label is given.</param>
    /// <param name="given">The worker's attributes.</param>
    /// <param name="warn">Told a code, a field and the value that was not usable.</param>
    public static SortedDictionary<string, string> Of(string agentSid, WorkerAttributes given, Action<string, string, string> warn)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in given.Values)
        {
            if (value.Length > 0 && name != Roles)
                Add(name, value);
        }

        if (!values.ContainsKey(Role) && given[Role] is { Length: > 0 } joined)
            Add(Role, joined);
        RequireId("team", "team_name_without_id");
        RequireId("department", "department_name_without_id");
        for (var number = 1; number <= CustomFields; number++)
        {
            var (attribute, label) = ($"agent_attribute_{number}", $"agent_label_{number}");
            if (values.TryGetValue(attribute, out var text))
                values.TryAdd(label, text);
            else if (values.ContainsKey(label))
                values[attribute] = agentSid;
        }

        return values;

        void Add(string name, string value)
        {
            var cut = SegmentAttributes.Cut(value);
            if (cut.Length < value.Length)
                warn("value_truncated", name, value);
            values[name] = cut;
        }

        void RequireId(string group, string code)
        {
            if (values.ContainsKey($"{group}_id"))
                return;
            values.Remove($"{group}_name_in_hierarchy");
            if (values.Remove($"{group}_name", out var name))
                warn(code, $"{group}_name", name);
        }
    }

    /// <summary>The values as they are stored.</summary>
    /// <param name="values">By name.</param>
    public static string Write(SortedDictionary<string, string> values) => JsonSerializer.Serialize(values, AgentJson.Default.SortedDictionaryStringString);

    /// <summary>The values as they were stored.</summary>
    /// <param name="document">A JSON object.</param>
    public static SortedDictionary<string, string> Read(string document) =>
        new(JsonSerializer.Deserialize(document, AgentJson.Default.SortedDictionaryStringString)!, StringComparer.Ordinal);
}
