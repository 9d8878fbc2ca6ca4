using System.Net;
using ContactCenter.Insights.V1;
using ContactCenter.ServiceDefaults;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Npgsql;

namespace ContactCenter.InsightsEnrichment.Tests.RawEvents;

public sealed class OverloadTests(TestServers servers) : InsightsTest(servers)
{
    protected override IEnumerable<string> Settings => ["--Ingest:QueueLimit=3"];

    protected override string[] Scopes => [.. base.Scopes, "insights.ingest"];

    [Fact]
    [Rule("INS-137")]
    public async Task When_too_many_events_wait_no_more_are_taken_until_some_are_processed()
    {
        var forms = Examples.ColdTransfer().Forms;
        await using (var connection = new NpgsqlConnection(Database.ConnectionString))
        {
            // Enrichment waits for this table; intake does not use it.
            await connection.OpenAsync(Cancellation);
            await using var transaction = await connection.BeginTransactionAsync(Cancellation);
            await using var hold = new NpgsqlCommand("LOCK TABLE insights.tasks IN ACCESS EXCLUSIVE MODE", connection, transaction);
            await hold.ExecuteNonQueryAsync(Cancellation);
            await SendAsync(forms.Take(3));

            using var refused = await PostAsync(forms[3]);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "OVERLOADED"), (refused.StatusCode, await ReasonOfAsync(refused)));
            Assert.NotNull(refused.Headers.RetryAfter);

            var ingest = new EventIngestService.EventIngestServiceClient(Channel);
            await RefusedAsync(() => ingest.IngestSessionEventsAsync(new() { Events = { new SessionEvent() } }, cancellationToken: Cancellation).ResponseAsync);
            using var bulk = ingest.IngestTaskRouterEvents(cancellationToken: Cancellation);
            try
            {
                await bulk.RequestStream.WriteAsync(
                    new() { Events = { new TaskRouterEventText { ContentType = "application/x-www-form-urlencoded", Body = ByteString.CopyFrom(FormOf.Bytes(forms[3])) } } }, Cancellation);
            }
            catch (RpcException)
            {
                // The answer may be there before the message is written.
            }

            await RefusedAsync(() => bulk.ResponseAsync);
        }

        foreach (var form in forms.Skip(3))
            await Eventually.TrueAsync(async () => (await PostAsync(form)).IsSuccessStatusCode);
        await SettledAsync();
        Assert.Equal(4, (await RowsAsync(TaskLife.Sid("WT", 1))).Count);
    }

    private static async Task RefusedAsync<T>(Func<Task<T>> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal((StatusCode.ResourceExhausted, "OVERLOADED"), (failure.StatusCode, RpcErrors.ReasonOf(failure)));
        Assert.True(failure.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.ToTimeSpan() > TimeSpan.Zero);
    }
}
