using ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Tests.Outbound;

/// <summary>Operations of a connector whose authorisation is missing.</summary>
public sealed class AuthorisationTests(TestServers servers) : OutboundTest(servers)
{
    protected override string[] Settings => [.. base.Settings, "--Crm:PublicBaseUrl=https://crm.contact.example"];

    [Fact]
    [Rule("CRM-22")]
    public async Task Operations_wait_uncounted_for_an_authorisation_and_go_on_with_it()
    {
        await UseAsync(connector => connector.Authentication = new()
        {
            Oauth2 = new()
            {
                AuthorizationUrl = "https://accounts.crm.example.com/auth",
                TokenUrl = $"http://{Crm.Authority}{FakeCrm.TokenPath}",
                ClientId = "1000.ABC",
                ClientSecret = "canary-client-secret",
            },
        });
        var call = new Telling();

        await TellAsync(call.Assigned());
        await Eventually.TrueAsync(async () => (await ListAsync(call.Name)) is [{ NextAttemptTime: not null }, _]);
        var account = (await ListAsync(call.Name))[0];
        Assert.Equal((OperationState.Queued, 0, 0), (account.State, account.AttemptCount, account.Attempts.Count));
        Assert.Empty(Crm.Requests);
        Assert.Empty((await Operations.ListDeadLettersAsync(new(), cancellationToken: Cancellation)).DeadLetters);

        var url = (await Connectors.StartAuthorizationAsync(new() { ConnectorId = "main" }, cancellationToken: Cancellation)).AuthorizationUrl;
        using var browser = new HttpClient { BaseAddress = Http };
        using var answer = await browser.GetAsync($"/oauth/callback?code=C&state={url.Split("&state=")[1].Split('&')[0]}", Cancellation);
        Assert.True(answer.IsSuccessStatusCode);
        foreach (var job in (await Operations.ListJobsAsync(new() { Filter = new() { Kind = "crm.call" } }, cancellationToken: Cancellation)).Jobs)
            await Operations.RunJobNowAsync(new() { JobId = job.Id }, cancellationToken: Cancellation);

        await StandAsync(call.Name, "Account Succeeded", "Record Succeeded");
        Assert.Equal(1, (await ListAsync(call.Name))[1].AttemptCount);
        Assert.Contains(Crm.Requests, request => request.Contains("Bearer canary-access-1", StringComparison.Ordinal));
    }
}
