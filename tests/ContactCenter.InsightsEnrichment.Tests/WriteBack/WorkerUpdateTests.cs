using System.Net;
using System.Text;
using ContactCenter.Insights.V1;
using ContactCenter.InsightsEnrichment.Tests.Agents;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.InsightsEnrichment.Tests.WriteBack;

public sealed class WorkerUpdateTests(TestServers servers) : WriteBackTest(servers)
{
    [Fact]
    [Rule("INS-119")]
    public async Task Every_row_gets_its_result_a_restart_in_the_middle_repeats_none_and_a_dry_run_writes_nothing()
    {
        for (var number = 1; number <= 20; number++)
            Exists(Worker(number), 1, $$"""{"full_name":"Agent {{number}}"}""");
        var request = new UpdateWorkersRequest { DryRun = true };
        request.Workers.AddRange(Enumerable.Range(1, 20).Select(number => new WorkerUpdate { WorkerSid = Worker(number), Attributes = """{"team_name":"Sales","full_name":"Agent 3"}""" }));
        request.Workers.Add(new WorkerUpdate { WorkerSid = Worker(99), Attributes = "{}" });
        request.Workers[2].Attributes = """{"full_name":"Agent 3"}""";

        var dry = (await WriteBacks.UpdateWorkersAsync(request, cancellationToken: Cancellation)).WriteBack;
        Assert.Equal(WriteBackStatus.Done, await EndAsync(dry.WriteBackId));
        var shown = await WriteBacks.GetWriteBackAsync(new() { WriteBackId = dry.WriteBackId, PageSize = 2 }, cancellationToken: Cancellation);
        Assert.Equal(("""{"full_name":"Agent 1"}""", """{"full_name":"Agent 3","team_name":"Sales"}"""), (shown.Workers[0].Before, shown.Workers[0].After));
        Assert.Equal(new WorkerUpdateCounts { Total = 21, Updated = 19, Unchanged = 1, NotFound = 1 }, shown.WriteBack.Counts);
        Assert.DoesNotContain(Faults.Requests, r => r.Method == "POST");

        // One worker is slow to be written, and the process ends meanwhile.
        request.DryRun = false;
        Faults.Add(new("POST", 429, RetryAfterSeconds: 1));
        var run = (await WriteBacks.UpdateWorkersAsync(request, cancellationToken: Cancellation)).WriteBack;
        await Eventually.TrueAsync(() => Faults.Requests.Any(r => r.Method == "POST"));
        await StopAsync();
        await StartAsync();
        await Eventually.TrueAsync(async () => await QueryAsync<string>("SELECT status FROM insights.write_backs WHERE write_back_id = @id::uuid", new { id = run.WriteBackId }) == "done");
        Assert.All(
            Faults.Requests.Where(r => r is { Method: "POST", Status: 200 }).GroupBy(r => r.Path),
            written => Assert.Single(written));
        Assert.Equal(19, Faults.Requests.Count(r => r is { Method: "POST", Status: 200 }));
        Assert.Equal("""{"full_name":"Agent 3","team_name":"Sales"}""", AttributesOf(Worker(20)));
    }

    [Fact]
    [Rule("INS-118")]
    public async Task A_refused_key_ends_the_write_back_turns_health_yellow_and_lets_the_account_rest_until_someone_retries()
    {
        Exists(Worker(1), 1, "{}");
        Faults.Add(new("GET", 403));
        var refused = await UpdateAsync(Worker(1));
        Assert.Equal(WriteBackStatus.Failed, await EndAsync(refused));
        Assert.Contains("Degraded", await Http.GetStringAsync("/health", Cancellation), StringComparison.Ordinal);

        var resting = await UpdateAsync(Worker(1));
        await Eventually.TrueAsync(async () => await QueryAsync<bool>("SELECT EXISTS (SELECT FROM durable.jobs WHERE kind = 'write-backs.worker' AND due_time > now() + interval '5 seconds')"));
        Assert.Single(Requests);

        await WriteBacks.RetryWriteBackAsync(new() { WriteBackId = refused }, cancellationToken: Cancellation);
        Assert.Equal(WriteBackStatus.Done, await EndAsync(refused));
        Assert.DoesNotContain("Degraded", await Http.GetStringAsync("/health", Cancellation), StringComparison.Ordinal);
        Assert.Equal(WriteBackStatus.Pending, (await GetAsync(resting)).Status);
    }

    [Fact]
    [Rule("INS-119")]
    public async Task A_CSV_file_begins_a_run_and_is_told_what_is_wrong_with_it()
    {
        Exists(Worker(1), 1, """{"email":"a@example.com"}""");
        Exists(Worker(2), 1, "{}");

        using var taken = await ImportAsync($"worker_sid,full_name,email\r\n{Worker(1)},\"Doe, John\",\r\n{Worker(2)},\"A \"\"B\"\"\",b@example.com\r\n");
        Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode);
        await Eventually.TrueAsync(() => AttributesOf(Worker(1)) == """{"email":"a@example.com","full_name":"Doe, John"}""");
        await Eventually.TrueAsync(() => AttributesOf(Worker(2)) == """{"full_name":"A \"B\"","email":"b@example.com"}""");

        await RefusedAsync("CSV_INVALID", "full_name\r\nx\r\n");
        await RefusedAsync("CSV_INVALID", $"worker_sid,full_name\r\n{Worker(1)}\r\n");
        await RefusedAsync("UNKNOWN_COLUMN", $"worker_sid,shoe_size\r\n{Worker(1)},42\r\n");
        await RefusedAsync("WORKER_REPEATED", $"worker_sid,full_name\r\n{Worker(1)},x\r\n{Worker(1)},y\r\n");
        await RefusedAsync("FIELD_REQUIRED", "worker_sid,full_name\r\nnobody,x\r\n");
    }

    private async Task RefusedAsync(string reason, string csv)
    {
        using var answer = await ImportAsync(csv);
        Assert.Equal((HttpStatusCode.BadRequest, reason), (answer.StatusCode, await ReasonOfAsync(answer)));
    }

    private async Task<HttpResponseMessage> ImportAsync(string csv)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/workers:import") { Content = new StringContent(csv, Encoding.UTF8, "text/csv") };
        request.Headers.Add("x-api-key", TestKey.Text);
        return await Http.SendAsync(request, Cancellation);
    }

    private async Task<string> UpdateAsync(string workerSid) =>
        (await WriteBacks.UpdateWorkersAsync(new() { Workers = { new WorkerUpdate { WorkerSid = workerSid, Attributes = """{"a":1}""" } } }, cancellationToken: Cancellation)).WriteBack.WriteBackId;

    private static string Worker(int number) => TaskLife.Sid("WK", number);
}

/// <summary>Where single sign-on manages the workers.</summary>
public sealed class SingleSignOnTests(TestServers servers) : WriteBackTest(servers)
{
    protected override IEnumerable<string> Settings => [.. base.Settings, "--Workers:SsoManaged=true"];

    [Fact]
    [Rule("INS-100")]
    public async Task Workers_that_single_sign_on_manages_are_updated_only_by_force()
    {
        Exists("WK1", 1, "{}");
        var request = new UpdateWorkersRequest { Workers = { new WorkerUpdate { WorkerSid = "WK1", Attributes = """{"a":1}""" } } };
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await WriteBacks.UpdateWorkersAsync(request, cancellationToken: Cancellation));
        Assert.Equal((StatusCode.FailedPrecondition, "SSO_MANAGED"), (refused.StatusCode, RpcErrors.ReasonOf(refused)));
        Assert.Empty(Requests);

        request.Force = true;
        Assert.Equal(WriteBackStatus.Done, await EndAsync((await WriteBacks.UpdateWorkersAsync(request, cancellationToken: Cancellation)).WriteBack.WriteBackId));
    }

    [Fact]
    [Rule("INS-100")]
    public async Task Values_that_a_later_event_of_the_worker_lacks_raise_a_warning_once()
    {
        var worker = new WorkerLife();
        Exists(worker.WorkerSid, 1, "{}");
        await WriteAsync("""{"email":"john@example.com","team":{"id":7}}""");
        await WriteAsync("""{"location":"Lisbon","team":{"name":"Sales"},"shift":null}""");

        // What had been before the values were written, and what has them all, says nothing.
        await HappensAsync(-60, "{}");
        await HappensAsync(60, """{"email":"john@example.com","team":{"id":7,"name":"Sales","more":1},"location":"Lisbon","shift":"late"}""");
        Assert.Empty(await WarnedAsync());

        await HappensAsync(120, """{"email":"john@example.org","team":{"name":"Sales"}}""");
        await HappensAsync(180, "{}");
        Assert.Equal(["email joh… 1", "location Lis… 1", "team  1"], await WarnedAsync());

        await WriteAsync("""{"location":"Porto"}""");
        await HappensAsync(240, """{"location":"Lisbon"}""");
        Assert.Equal(["email joh… 1", "location Lis… 2", "team  1"], await WarnedAsync());

        async Task WriteAsync(string attributes)
        {
            var request = new UpdateWorkersRequest { Force = true, Workers = { new WorkerUpdate { WorkerSid = worker.WorkerSid, Attributes = attributes } } };
            Assert.Equal(WriteBackStatus.Done, await EndAsync((await WriteBacks.UpdateWorkersAsync(request, cancellationToken: Cancellation)).WriteBack.WriteBackId));
        }

        async Task HappensAsync(int seconds, string attributes)
        {
            worker.Attributes = attributes;
            var time = TimeProvider.System.GetUtcNow().AddSeconds(seconds).ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
            worker.Add("worker.attributes.update", "00:00:00", ("TimestampMs", time), ("Timestamp", time[..^3]));
            await SendAsync(worker.Forms.TakeLast(1));
            await SettledAsync();
        }

        async Task<IEnumerable<string>> WarnedAsync() =>
            (await Warnings.ListWarningsAsync(new() { Filter = new() { Code = "worker_attributes_overwritten" } }, cancellationToken: Cancellation)).Warnings
                .OrderBy(warning => warning.Field, StringComparer.Ordinal).Select(warning => $"{warning.Field} {warning.Sample} {warning.Count}");
    }
}
