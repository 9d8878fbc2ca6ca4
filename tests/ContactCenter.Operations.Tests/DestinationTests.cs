using ContactCenter.Egress.Http;
using ContactCenter.Operations.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Operations.Tests;

public sealed class DestinationTests(TestServers servers) : OperationsTest(servers)
{
    [Fact]
    [Rule("DUR-59")]
    [Rule("EGR-19")]
    public async Task A_destination_that_was_called_is_listed_and_its_settings_are_replaced()
    {
        var called = await CallAsync("the CRM");

        var listed = Assert.Single((await Operations.ListDestinationsAsync(new(), cancellationToken: Cancellation)).Destinations);
        var settings = new DestinationSettings(listed.Settings) { MaxConcurrent = 3 };
        settings.Rate.PerSecond = 0.5;
        settings.Breaker = null;
        var updated = (await Operations.UpdateDestinationAsync(new() { DestinationId = listed.Id, Settings = settings, Etag = listed.Etag }, cancellationToken: Cancellation)).Destination;

        Assert.Equal((called.Id, "the CRM", called.Origin, false), (listed.Id, listed.Name, listed.Origin, listed.IsChanged));
        Assert.Equal((50, 100, "UTC", 16), (listed.Settings.Rate.PerSecond, listed.Settings.Rate.Burst, listed.Settings.Rate.BudgetZone, listed.Settings.MaxConcurrent));
        Assert.Equal(BreakerState.Closed, listed.BreakerState);
        Assert.Equal((3, 0.5, true), (updated.Settings.MaxConcurrent, updated.Settings.Rate.PerSecond, updated.IsChanged));
        Assert.Equal(listed.Settings.Breaker, updated.Settings.Breaker);
        await AssertEnteredAsync($"destinations/{listed.Id}", "destinations.update", """{"fields":["max_concurrent","rate.per_second"]}""");
        await AssertFailsAsync(
            Operations.UpdateDestinationAsync(new() { DestinationId = listed.Id, Settings = settings, Etag = listed.Etag }, cancellationToken: Cancellation), StatusCode.Aborted, "ETAG_MISMATCH");
    }

    [Fact]
    public async Task Wrong_settings_are_refused_with_their_fields()
    {
        await CallAsync("the CRM");
        var listed = Assert.Single((await Operations.ListDestinationsAsync(new(), cancellationToken: Cancellation)).Destinations);
        var request = new UpdateDestinationRequest { DestinationId = listed.Id, Settings = new() { MaxConcurrent = 257 }, Etag = listed.Etag };

        await AssertFailsAsync(Operations.UpdateDestinationAsync(request, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "settings.max_concurrent");
        await AssertFailsAsync(
            Operations.UpdateDestinationAsync(new(request) { Settings = new() { Rate = new() { BudgetZone = "Moon/Base" } } }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "settings.rate.budget_zone");
        await AssertFailsAsync(
            Operations.UpdateDestinationAsync(new(request) { Settings = new() { Timeouts = new() { Whole = new Duration { Seconds = 301 } } } }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "settings.timeouts.whole");
        await AssertFailsAsync(
            Operations.UpdateDestinationAsync(new(request) { Settings = new() { Tls = new() { PrivateCa = "no PEM" } } }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_INVALID", "settings.tls");
        await AssertFailsAsync(Operations.UpdateDestinationAsync(new(request) { Settings = null }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_REQUIRED", "settings");
        await AssertFailsAsync(Operations.UpdateDestinationAsync(new(request) { Etag = "" }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "FIELD_REQUIRED", "etag");
        await AssertFailsAsync(Operations.UpdateDestinationAsync(new(request) { DestinationId = "none", Settings = new() }, cancellationToken: Cancellation), StatusCode.NotFound, "DESTINATION_NOT_FOUND");
        await AssertFailsAsync(Operations.ListDestinationsAsync(new() { PageSize = -1 }, cancellationToken: Cancellation), StatusCode.InvalidArgument, "PAGE_SIZE_INVALID", "page_size");
    }

    [Fact]
    [Rule("EGR-23")]
    [Rule("DUR-59")]
    public async Task A_breaker_is_reset_by_an_operator()
    {
        await CallAsync("one");
        await CallAsync("two");
        var first = await Operations.ListDestinationsAsync(new() { PageSize = 1 }, cancellationToken: Cancellation);
        var second = await Operations.ListDestinationsAsync(new() { PageSize = 1, PageToken = first.NextPageToken }, cancellationToken: Cancellation);
        var id = Assert.Single(second.Destinations).Id;

        var reset = (await Operations.ResetBreakerAsync(new() { DestinationId = id }, cancellationToken: Cancellation)).Destination;

        Assert.Equal(("two", BreakerState.Closed), (reset.Name, reset.BreakerState));
        await AssertEnteredAsync($"destinations/{id}", "destinations.resetBreaker", "{}");
        await AssertFailsAsync(Operations.ResetBreakerAsync(new() { DestinationId = "none" }, cancellationToken: Cancellation), StatusCode.NotFound, "DESTINATION_NOT_FOUND");
    }

    // Nothing listens there; that a call was tried makes it known.
    private async Task<Egress.Http.Destination> CallAsync(string name)
    {
        const string Address = "http://127.0.0.1:9/";
        var destination = Egress.Http.Destination.For(name, Address);
        await App.Services.GetRequiredService<EgressClient>().SendAsync(new EgressRequest(destination, HttpMethod.Get, Address), Cancellation);
        return destination;
    }
}
