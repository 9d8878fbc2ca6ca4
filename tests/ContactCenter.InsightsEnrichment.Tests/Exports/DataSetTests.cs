using System.Net;
using System.Text;
using System.Text.Json;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Tests.Agents;
using ContactCenter.InsightsEnrichment.Tests.Sessions;
using Google.Protobuf.WellKnownTypes;

namespace ContactCenter.InsightsEnrichment.Tests.Exports;

public sealed class DataSetTests(TestServers servers) : ExportTest(servers)
{
    /// <summary>Example EX-16.</summary>
    [Fact]
    [Rule("INS-131"), Rule("INS-132")]
    public async Task Values_are_written_as_the_worked_example_has_them_and_nothing_else_is_changed()
    {
        await SendAsync(Contact(1, new
        {
            conversations = new { campaign = "=1+1", content = "a \"b\", c", conversation_measure_1 = -5, order = "@x", hang_up_by = "\tAgent", source = "\rx", destination = "+49 30", initiated_by = "two\r\nlines", language = "1-2", external_contact = "+1+1" },
            customers = new { name = "-Smith", phone = "+15551234567" },
        }).Forms);
        await LoadAsync();
        var request = new CreateExportRequest
        {
            DataSet = DataSet.Conversations,
            Filter = Day(("kind", "Conversation")),
            Columns = { "campaign", "content", "conversation_measure_1", "order", "hang_up_by", "source", "destination", "initiated_by", "language", "external_contact", "start_time" },
        };

        var text = await ContentAsync(await ExportAsync(request));
        Assert.Equal(
            $"{string.Join(',', request.Columns)}\r\n\"'=1+1\",\"a \"\"b\"\", c\",-5,\"'@x\",\"'\tAgent\",\"'\rx\",\"'+49 30\",\"two\r\nlines\",\"1-2\",\"'+1+1\",2026-03-02T09:00:05.250+00:00\r\n",
            text);
        Assert.Equal(
            ["name,phone", "\"'-Smith\",\"+15551234567\""],
            await LinesAsync(new() { DataSet = DataSet.Customers, Filter = Day(), Columns = { "name", "phone" } }));

        request.FormulaGuard = false;
        request.TimeZone = "America/Los_Angeles";
        request.Columns.Clear();
        request.Columns.AddRange(["campaign", "start_time"]);
        var export = await ExportAsync(request);
        Assert.Equal((false, "America/Los_Angeles"), (export.FormulaGuard, export.TimeZone));
        Assert.Equal("campaign,start_time\r\n\"=1+1\",2026-03-02T01:00:05.250-08:00\r\n", await ContentAsync(export));
    }

    /// <summary>Example EX-1, at the load in the middle of it.</summary>
    [Fact]
    [Rule("INS-69"), Rule("INS-101"), Rule("INS-130")]
    public async Task Between_loads_the_data_sets_stay_as_they_are_while_the_live_view_goes_on()
    {
        var life = Examples.ColdTransfer();
        await SendAsync(life.Forms.Take(9));
        await LoadAsync();
        await SendAsync(life.Forms.Skip(9));
        await SettledAsync();
        var request = new CreateExportRequest
        {
            DataSet = DataSet.Conversations,
            Columns = { "kind", "queue", "agent_name", "queue_time", "ring_time", "talk_time", "wrap_up_time", "outcome" },
            Filter = Day(("kind", "Queue"), ("kind", "Conversation"), ("kind", "Conversation in Progress")),
        };
        string[] before = ["""
            "Queue","Level 1",,12,,,,
            """, """
            "Conversation","Level 1","John Doe",12,4,120,10,
            """, """
            "Queue","Level 2",,33,,,,
            """];
        const string InProgress = """
            "Conversation in Progress","Level 2","Alba Perez",33,5,,,
            """, Ended = """
            "Conversation","Level 2","Alba Perez",33,5,180,30,"solved"
            """;

        Assert.Equal([.. before, InProgress], (await LinesAsync(request)).Skip(1));
        request.View = DataSetView.Live;
        Assert.Equal([.. before, Ended], (await LinesAsync(request)).Skip(1));
        await LoadAsync();
        request.View = DataSetView.Loaded;
        Assert.Equal([.. before, Ended], (await LinesAsync(request)).Skip(1));

        request.Filter = Day();
        Assert.Equal([.. before, Ended], (await LinesAsync(request)).Skip(1));
        var conversation = new CreateExportRequest
        {
            DataSet = DataSet.Conversations,
            Grain = DataSetGrain.Conversation,
            Filter = Day(("queue", "Level 2")),
            Columns = { "conversation_id", "start_time", "handling_time", "experience_time", "segment_count", "outcome" },
        };
        Assert.Equal([$"\"{life.TaskSid}\",2026-03-02T10:00:00.900+00:00,340,345,4,\"solved\""], (await LinesAsync(conversation)).Skip(1));
        conversation.Filter = Day(("queue", "Level 3"));
        Assert.Single(await LinesAsync(conversation));
    }

    [Fact]
    [Rule("INS-130"), Rule("INS-98"), Rule("INS-99")]
    public async Task Every_data_set_has_its_rows_and_every_column_can_be_read_in_both_views()
    {
        var worker = new WorkerLife("John Doe".Sum(letter => letter)) { Attributes = """{"role":"coach"}""" }.Created("09:50:00", "Available").Changed("10:20:00", "Lunch", "Available", 1800);
        await SendAsync([.. worker.Forms, .. Examples.ColdTransfer().Forms, .. Contact(9, new { conversations = new { no_such_field = 1 }, customers = new { category = "VIP" } }).Forms]);
        foreach (var text in SessionLife.RecordedCall().Texts)
        {
            using var answer = await Http.PostAsync("/ingest/sessions/events", new StringContent(text, Encoding.UTF8, "application/json"), Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await LoadAsync();
        var month = Day();
        month.EndTime.Seconds += 30 * 86_400;
        // The time of a warning is that of its processing.
        var now = TimeProvider.System.GetUtcNow();
        var today = new DataSetFilter { StartTime = now.AddDays(-1).ToTimestamp(), EndTime = now.AddDays(1).ToTimestamp() };
        foreach (var view in new[] { DataSetView.Loaded, DataSetView.Live })
        {
            foreach (var (dataSet, grain, rows) in new[]
            {
                (DataSet.Conversations, DataSetGrain.Segment, 4), (DataSet.Conversations, DataSetGrain.Conversation, 3), (DataSet.Customers, DataSetGrain.Unspecified, 1),
                (DataSet.Agents, DataSetGrain.Unspecified, 1), (DataSet.Workload, DataSetGrain.Unspecified, 3), (DataSet.Sessions, DataSetGrain.Unspecified, 1),
                (DataSet.Warnings, DataSetGrain.Unspecified, 1),
            })
            {
                var export = await ExportAsync(new() { DataSet = dataSet, Grain = grain, View = view, Filter = dataSet == DataSet.Warnings ? today : month });
                Assert.True(export.Rows >= rows, $"{dataSet} has {export.Rows} rows");
                var text = await ContentAsync(export);
                Assert.StartsWith(string.Join(',', export.Columns) + "\r\n", text, StringComparison.Ordinal);
            }
        }

        Assert.Equal(
            [string.Join(',', new[] { worker.WorkerSid, "John Doe", "coach", TaskLife.SidOf("Level 1"), "Active", "Lunch" }.Select(text => $"\"{text}\""))],
            (await LinesAsync(new() { DataSet = DataSet.Agents, Filter = Day(), Columns = { "agent_sid", "full_name", "role", "team_id", "state", "current_activity" } })).Skip(1));
        Assert.Equal(
            ["\"Agent Status\",10:15,0,300"],
            (await LinesAsync(new() { DataSet = DataSet.Workload, Filter = Day(("activity", "Available")), Columns = { "kind", "interval_start_time", "parallel_conversations", "idle_time" } }))
                .Skip(1).Where(line => line.Contains("T10:15:00", StringComparison.Ordinal)).Select(line => line.Replace("2026-03-02T10:15:00.000+00:00", "10:15", StringComparison.Ordinal)));
    }

    [Fact]
    [Rule("INS-130"), Rule("INS-37")]
    public async Task Rows_are_narrowed_by_outcome_by_what_is_known_of_the_customer_and_the_agent_and_by_having_no_value()
    {
        await SendAsync(new WorkerLife("John Doe".Sum(letter => letter)) { Attributes = """{"role":"coach"}""" }.Created("08:00:00", "Available").Forms);
        await SendAsync(Contact(1, new { conversations = new { outcome = "Sold" }, customers = new { external_id = "crm-1", category = "VIP" } }).Forms);
        await SendAsync(Contact(2, new { customers = new { external_id = "crm-1" } }, "Alba Perez").Forms);
        await SendAsync(Contact(3, new { customers = new { external_id = "crm-2" } }, "Alba Perez").Forms);
        await LoadAsync();

        // The category is the customer's, whichever conversation has told it.
        Assert.Equal([1, 2], await TasksAsync(("customers.category", "VIP")));
        Assert.Equal([3], await TasksAsync(("customers.category", "")));
        Assert.Equal([1], await TasksAsync(("agents.role", "coach")));
        Assert.Equal([1], await TasksAsync(("outcome", "Sold")));
        Assert.Equal([2, 3], await TasksAsync(("outcome", "done"), ("outcome", "")));
        Assert.Equal([2], await TasksAsync(("customers.category", "VIP"), ("outcome", "done")));
        Assert.Equal([1, 2, 3], await TasksAsync(("end_reason", "done"), ("ended_as", "completed")));
        Assert.Empty(await TasksAsync(("channel", "Chat")));
    }

    private async Task<IEnumerable<int>> TasksAsync(params (string Field, string Value)[] fields) =>
        (await LinesAsync(new() { DataSet = DataSet.Conversations, Filter = Day([("kind", "Conversation"), .. fields]), Columns = { "task_sid" } })).Skip(1).Select(line => int.Parse(line.Trim('"')[2..], null)).Order();

    private static TaskLife Contact(int number, object attributes, string agent = "John Doe") => new TaskLife(number) { Attributes = JsonSerializer.Serialize(attributes) }
        .Entered("09:00:00", "Level 1").Offered("09:00:02", number, agent, "Level 1").Reserved("accepted", "09:00:05.250", number, agent, "Level 1")
        .Reserved("completed", "09:01:00", number, agent, "Level 1").Completed("09:01:00", "done");
}
