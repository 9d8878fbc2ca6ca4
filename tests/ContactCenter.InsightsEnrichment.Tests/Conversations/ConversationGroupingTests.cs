using ContactCenter.InsightsEnrichment.Conversations;

namespace ContactCenter.InsightsEnrichment.Tests.Conversations;

public sealed class ConversationGroupingTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    [Rule("INS-59")]
    public void Tasks_that_name_one_conversation_form_it_and_the_first_need_not_name_itself()
    {
        var groups = ConversationGrouping.Group([Task(1), Task(2, conversation: "T1"), Task(3, conversation: "order 7"), Task(4, conversation: "order 7")]);

        Assert.Equal(["T1", "T1", "order 7", "order 7"], Ids(groups));
    }

    [Fact]
    [Rule("INS-60")]
    public void A_task_without_a_name_joins_by_the_first_link_that_leads_somewhere()
    {
        var groups = ConversationGrouping.Group([Task(1), Task(2, previous: "T1", call: "CA1"), Task(3, call: "CA1"), Task(4, previous: "T9", interaction: "KD1"), Task(5, interaction: "KD1")]);

        Assert.Equal(["T1", "T1", "T1", "T4", "T4"], Ids(groups));
    }

    [Fact]
    [Rule("INS-59"), Rule("INS-60")]
    public void A_link_never_throws_two_named_conversations_together()
    {
        var groups = ConversationGrouping.Group([Task(1, conversation: "A", call: "CA1"), Task(2, conversation: "B", call: "CA1"), Task(3, call: "CA1")]);

        Assert.Equal(["A", "B", "A"], Ids(groups));
    }

    [Fact]
    [Rule("INS-15"), Rule("INS-60")]
    public void Tasks_that_name_each_other_are_one_conversation_in_any_order()
    {
        TaskLinks[] tasks = [Task(1, previous: "T2"), Task(2, previous: "T3"), Task(3, previous: "T1"), Task(4, conversation: "T2")];

        Assert.Equal(["T2", "T2", "T2", "T2"], Ids(ConversationGrouping.Group(tasks)));
        Assert.Equal(["T2", "T2", "T2", "T2"], Ids(ConversationGrouping.Group([.. tasks.Reverse()])));
    }

    private static TaskLinks Task(int number, string? conversation = null, string? previous = null, string? interaction = null, string? call = null) =>
        new($"T{number}", Noon.AddMinutes(number), conversation, previous, null, interaction, call);

    private static IEnumerable<string> Ids(Dictionary<string, string> groups) => groups.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value);
}
