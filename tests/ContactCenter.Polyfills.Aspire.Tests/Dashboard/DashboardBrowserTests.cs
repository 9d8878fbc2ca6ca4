using Aspire.Hosting.Dashboard;
using Microsoft.Playwright;

namespace ContactCenter.Polyfills.Aspire.Tests.Dashboard;

/// <summary>The page in a real browser, against a model whose states the test sets.</summary>
public sealed class DashboardBrowserTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime
{
    private readonly SampleModel _model = new();
    private readonly List<string> _problems = [];
    private DashboardServer _server = null!;
    private IPage? _page;

    public async ValueTask InitializeAsync() =>
        _server = await DashboardServer.StartAsync(_model, port: 0, token: null, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_page is not null)
            await _page.CloseAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Every_resource_is_listed_with_its_state_in_words()
    {
        var page = await OpenAsync();

        await Expect(page.Locator("#resources tr")).ToHaveCountAsync(7);
        await Expect(Row(page, "redis")).ToContainTextAsync("Running");
        await Expect(Row(page, "redis")).ToContainTextAsync("Healthy");
        await Expect(Row(page, "crm-connector")).ToContainTextAsync("waits for rabbitmq, insights-enrichment");
        await Expect(Row(page, "wfm-connector")).ToContainTextAsync("exit code 134");
        await Expect(Row(page, "insights-enrichment").GetByRole(AriaRole.Link, new() { Name = "http://127.0.0.1:41004" }))
            .ToBeVisibleAsync();
        await Expect(page.Locator("#summary")).ToContainTextAsync("2 running");
        NothingWentWrong();
    }

    [Fact]
    public async Task A_resource_is_restarted_and_the_page_shows_what_came_of_it()
    {
        var page = await OpenAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Restart redis" }).ClickAsync();

        await Expect(page.Locator("#notice")).ToHaveTextAsync("redis was told to restart.");
        await Expect(Row(page, "redis").Locator("td[data-label=Restarts]")).ToHaveTextAsync("1");
        NothingWentWrong();
    }

    [Fact]
    public async Task Stopping_by_keyboard_leads_to_the_start_button()
    {
        var page = await OpenAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Stop postgres" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");

        await Expect(Row(page, "postgres")).ToContainTextAsync("Stopped");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Start postgres" })).ToBeEnabledAsync();
        NothingWentWrong();
    }

    [Fact]
    public async Task Secrets_are_masked_until_they_are_asked_for()
    {
        var page = await OpenAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "insights-enrichment", Exact = true }).ClickAsync();
        var detail = page.GetByRole(AriaRole.Dialog);
        await Expect(detail).ToContainTextAsync("ConnectionStrings__database");
        await Expect(detail).ToContainTextAsync("The broker does not answer.");
        Assert.DoesNotContain(SampleModel.Secret, await page.ContentAsync(), StringComparison.Ordinal);

        await detail.GetByRole(AriaRole.Button, new() { Name = "Reveal ConnectionStrings__database" }).ClickAsync();
        await Expect(detail).ToContainTextAsync(SampleModel.Secret);
        await page.Keyboard.PressAsync("Escape");
        await Expect(detail).ToBeHiddenAsync();
        NothingWentWrong();
    }

    [Fact]
    public async Task Thousands_of_log_lines_are_searched_filtered_and_paused()
    {
        _model.Log("redis", Enumerable.Range(1, 8_000).Select(i => $"04:00:19.610 info: Redis[1] Line {i} of many"));
        _model.Log("redis", ["04:00:20.000 warn: Redis[2] Memory is short", "04:00:20.100 fail: Redis[3] <b>Save failed</b>"]);
        var page = await OpenAsync("#/logs/redis");
        var lines = page.Locator("#log .line");
        await Expect(page.Locator("#log-count")).ToHaveTextAsync("8002 of 8002 lines");
        await Expect(page.Locator(".line.error")).ToHaveTextAsync("04:00:20.100 fail: Redis[3] <b>Save failed</b>");

        await page.GetByLabel("Search logs").FillAsync("line 4711 ");
        await Expect(lines).ToHaveCountAsync(1);
        await Expect(page.Locator("mark")).ToHaveTextAsync("Line 4711");
        await page.GetByLabel("Search logs").FillAsync("");
        await page.GetByLabel("Least level").SelectOptionAsync("2");
        await Expect(lines).ToHaveCountAsync(2);

        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        _model.Log("redis", ["04:00:21.000 warn: Redis[2] While paused"]);
        await Expect(page.Locator("#log-count")).ToContainTextAsync("1 waiting");
        await Expect(lines).ToHaveCountAsync(2);
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(lines).ToHaveCountAsync(3);
        NothingWentWrong();
    }

    [Fact]
    public async Task A_page_of_an_earlier_start_says_how_to_come_back()
    {
        var page = await OpenAsync();
        var port = new Uri(_server.Address).Port;

        await _server.DisposeAsync();
        await Expect(page.Locator("#connection")).ToHaveTextAsync("Connection lost, trying again…");
        _server = await DashboardServer.StartAsync(_model, port, token: null, TestContext.Current.CancellationToken);

        await Expect(page.Locator("#connection")).ToContainTextAsync("Signed out");
    }

    [Theory]
    [InlineData(390, 844)]
    [InlineData(1280, 800)]
    public async Task Nothing_is_wider_than_the_window(int width, int height)
    {
        _model.Log("redis", Enumerable.Range(1, 60).Select(i => $"04:00:19.{i:000} info: Redis[1] Line {i}"));
        _model.Log("redis", [$"04:00:21.000 warn: Redis[2] {new string('x', 400)}"]);
        var page = await OpenAsync(width: width, height: height);
        await Expect(page.Locator("#resources tr")).ToHaveCountAsync(7);
        await FitsAsync(page, $"resources-{width}");
        await page.GetByRole(AriaRole.Button, new() { Name = "insights-enrichment", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("ConnectionStrings__database");
        await FitsAsync(page, $"detail-{width}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Close details" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Console logs" }).ClickAsync();
        await Expect(page.Locator("#log .line")).ToHaveCountAsync(61);
        await FitsAsync(page, $"logs-{width}");
        NothingWentWrong();
    }

    private static ILocator Row(IPage page, string resource) => page.Locator($"tr[data-resource='{resource}']");

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    // With CONTACTCENTER_SCREENSHOTS set to a folder, what was checked can be looked at.
    private static async Task FitsAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("CONTACTCENTER_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"dashboard-{name}.png") });
        Assert.Equal(0, await page.EvaluateAsync<int>(
            "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"));
        Assert.Empty(await page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('main, dialog, #log')].filter(e => e.scrollWidth > e.clientWidth).map(e => e.id || e.tagName)"));
    }

    private async Task<IPage> OpenAsync(string fragment = "", int width = 1280, int height = 800)
    {
        var page = _page = await chromium.Browser.NewPageAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = Environment.GetEnvironmentVariable("CONTACTCENTER_DARK") == "1" ? ColorScheme.Dark : ColorScheme.Light,
        });
        page.SetDefaultTimeout(20_000);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _problems.Add(message.Text);
        };
        page.PageError += (_, error) => _problems.Add(error);
        page.RequestFailed += (_, request) =>
        {
            // An event stream ends by being cut off when its view is left.
            if (!request.Url.Contains("/api/", StringComparison.Ordinal))
                _problems.Add(request.Url);
        };
        await page.GotoAsync(_server.LoginUrl);
        if (fragment.Length > 0)
            await page.GotoAsync($"{_server.Address}/{fragment}");
        await Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
        return page;
    }

    private void NothingWentWrong() => Assert.Empty(_problems);
}
