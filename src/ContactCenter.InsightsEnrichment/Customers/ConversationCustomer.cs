using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.TaskRouter;

namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>
/// What the events of one conversation say about its customer, worked out from all of them and nothing else, so that it
/// is the same whatever their order (INS-15).
/// </summary>
internal sealed record ConversationCustomer
{
    /// <summary>The key that the customer is found by.</summary>
    public required LinkKey Key { get; init; }

    /// <summary>Where the key was found.</summary>
    public required LinkSource Source { get; init; }

    /// <summary>Whether the key may still change: no segment has completed (INS-84).</summary>
    public required bool Provisional { get; init; }

    /// <summary>The latest value of each field, by name (INS-88).</summary>
    public required SortedDictionary<string, CustomerField> Fields { get; init; }

    /// <summary>Time of the first event.</summary>
    public required DateTimeOffset FirstSeen { get; init; }

    /// <summary>Time of the last event.</summary>
    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>The tasks by which the customer contacted us, in ordinal order of their SIDs; known once the customer is.</summary>
    public required IReadOnlyList<CustomerContact> Contacts { get; init; }

    /// <summary>What was not as it should be.</summary>
    public IReadOnlyList<SegmentWarning>? Warnings { get; init; }

    /// <summary>Works out the customer of a conversation.</summary>
    /// <param name="conversationId">The conversation.</param>
    /// <param name="tasks">Its tasks, at least one.</param>
    /// <param name="keys">Which values name a customer.</param>
    public static ConversationCustomer Of(string conversationId, IReadOnlyCollection<TaskTimeline> tasks, LinkKeys keys)
    {
        var events = tasks.SelectMany(task => task.Events).Order(TaskRouterEvent.InOrder).ToList();
        var completions = events.Where(current => EventTypes.EndsHandling(current.Type)).ToList();
        // As long as nothing has completed, what is known so far stands in.
        var source = completions.Count > 0 ? completions[0] : events.FindLast(current => !ReferenceEquals(current.Attributes, TaskAttributes.Empty)) ?? events[^1];
        var warnings = new SegmentWarnings();
        var steps = keys.Explain(CandidatesOf(conversationId, source.Attributes));
        var used = steps.First(step => step.NotUsed == NotUsed.Used);
        foreach (var step in steps.Where(step => step.NotUsed == NotUsed.NotUsable))
            warnings.Add(source, step.Source == LinkSource.Email ? "email_not_usable" : "phone_not_usable", NameOf(step.Source), step.Raw);
        if (completions.Count > 0 && LateExternalId(events, source, used.Key!, keys) is { } late)
            warnings.Add(source, "external_id_late", "external_id", late);
        return new()
        {
            Key = used.Key!,
            Source = used.Source,
            Provisional = completions.Count == 0,
            Fields = FieldsOf(completions.Count > 0 ? completions : [source], keys, warnings),
            FirstSeen = events[0].Time,
            LastSeen = events[^1].Time,
            Contacts = completions.Count > 0 ? [.. ContactsOf(tasks, keys)] : [],
            Warnings = warnings.All,
        };
    }

    /// <summary>What was known, with what tasks say that joined the conversation after all this was sealed.</summary>
    /// <param name="later">What they say; null if there are none.</param>
    public ConversationCustomer With(ConversationCustomer? later)
    {
        if (later is null)
            return this;
        var fields = new SortedDictionary<string, CustomerField>(Fields, StringComparer.Ordinal);
        foreach (var (name, field) in later.Fields)
        {
            if (!fields.TryGetValue(name, out var before) || before.Time <= field.Time)
                fields[name] = field;
        }

        var known = Provisional && !later.Provisional ? later : this;
        return known with
        {
            Fields = fields,
            FirstSeen = FirstSeen < later.FirstSeen ? FirstSeen : later.FirstSeen,
            LastSeen = LastSeen > later.LastSeen ? LastSeen : later.LastSeen,
            Contacts = [.. Contacts.Concat(later.Contacts).OrderBy(contact => contact.TaskSid, StringComparer.Ordinal)],
            Warnings = Warnings is null && later.Warnings is null ? null : [.. Warnings ?? [], .. later.Warnings ?? []],
        };
    }

    /// <summary>What attributes say that may name the customer.</summary>
    /// <param name="conversationId">The conversation.</param>
    /// <param name="given">Attributes of a task.</param>
    public static LinkCandidates CandidatesOf(string conversationId, TaskAttributes given)
    {
        var outbound = FieldRules.DirectionOf(given) == FieldRules.Outbound;
        return new(conversationId, given.Customer("external_id"), given.Customer("phone"), given.Customer("email"), outbound, given[outbound ? "to" : "from"]);
    }

    private static string? LateExternalId(List<TaskRouterEvent> events, TaskRouterEvent source, LinkKey used, LinkKeys keys) => events
        .Where(source.IsBefore)
        .Select(current => current.Attributes.Customer("external_id"))
        .FirstOrDefault(late => !string.IsNullOrWhiteSpace(late) && late != source.Attributes.Customer("external_id") && keys.ExternalId(late).Value != used.Value);

    private static SortedDictionary<string, CustomerField> FieldsOf(IEnumerable<TaskRouterEvent> sources, LinkKeys keys, SegmentWarnings warnings)
    {
        var fields = new SortedDictionary<string, CustomerField>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            foreach (var (name, value) in CustomerFields.Read(source, keys, warnings))
                fields[name] = new(value, source.Time);
        }

        return fields;
    }

    private static IEnumerable<CustomerContact> ContactsOf(IReadOnlyCollection<TaskTimeline> tasks, LinkKeys keys) =>
        from task in tasks.OrderBy(task => task.TaskSid, StringComparer.Ordinal)
        let source = task.Events.FirstOrDefault(current => current.Attributes["from"] is not null)
        where source is not null && FieldRules.DirectionOf(source.Attributes) == FieldRules.Inbound
        let address = source.Attributes["from"]
        where !keys.NamesNobody(address) && keys.Address(address) is not null
        select new CustomerContact(task.TaskSid, task.Events.Select(current => current.TaskChannel).LastOrDefault(channel => channel is not null), keys.Address(address)!.Value, task.Events[0].Time);

    private static string NameOf(LinkSource source) => source switch
    {
        LinkSource.Phone => "phone",
        LinkSource.Email => "email",
        LinkSource.To => "to",
        _ => "from",
    };
}

/// <summary>A value with the time of the event that gave it.</summary>
/// <param name="Value">The value.</param>
/// <param name="Time">Event time.</param>
internal sealed record CustomerField(string Value, DateTimeOffset Time);

/// <summary>A task by which a customer contacted us.</summary>
/// <param name="TaskSid">The task.</param>
/// <param name="Channel">Unique name of its task channel.</param>
/// <param name="Address">Normal form of the address it came from.</param>
/// <param name="Time">When it began.</param>
internal sealed record CustomerContact(string TaskSid, string? Channel, string Address, DateTimeOffset Time);
