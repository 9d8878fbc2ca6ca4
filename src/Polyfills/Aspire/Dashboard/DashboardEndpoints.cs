using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Dashboard;

/// <summary>The page's three files and what its script asks for.</summary>
internal static class DashboardEndpoints
{
    /// <summary>A list of resources is sent at most so often; states in between are of no use to the eye.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    public static void MapPage(this IEndpointRouteBuilder app)
    {
        Map("/", "index.html", "text/html; charset=utf-8");
        Map("/dashboard.css", "dashboard.css", "text/css; charset=utf-8");
        Map("/dashboard.js", "dashboard.js", "text/javascript; charset=utf-8");

        void Map(string path, string file, string contentType) =>
            app.MapGet(path, () => Results.Stream(
                typeof(DashboardEndpoints).Assembly.GetManifestResourceStream($"Dashboard/{file}")!, contentType));
    }

    public static void MapModel(this WebApplication app, IDashboardModel model)
    {
        var api = app.MapGroup("/api");
        api.MapGet("/resources", (CancellationToken aborted) =>
            TypedResults.ServerSentEvents(SnapshotsAsync(model, app.Lifetime, aborted)));
        api.MapGet("/logs", (string? resource, CancellationToken aborted) =>
            TypedResults.ServerSentEvents(LogsAsync(model, resource, app.Lifetime, aborted)));
        api.MapGet("/resources/{name}/environment", (string name) => model.EnvironmentOf(name) is { } variables
            ? Results.Ok(variables.Select(variable => new
            {
                variable.Name,
                Value = variable.IsSecret ? null : variable.Value,
                Secret = variable.IsSecret,
            }))
            : NotFound($"There is no resource '{name}'."));
        api.MapGet("/resources/{name}/environment/{variable}", (string name, string variable) =>
            model.EnvironmentOf(name)?.FirstOrDefault(candidate => candidate.Name == variable) is { } found
                ? Results.Ok(new { found.Value })
                : NotFound($"'{name}' has no variable '{variable}'."));
        foreach (var command in Enum.GetValues<DashboardCommand>())
            api.MapPost($"/resources/{{name}}/{command}", async (string name, CancellationToken aborted) =>
            {
                var result = await model.ExecuteAsync(name, command, aborted);
                return Results.Json(result, statusCode: result.Success ? StatusCodes.Status200OK : StatusCodes.Status409Conflict);
            });
    }

    private static IResult NotFound(string message) => Results.NotFound(new { message });

    private static async IAsyncEnumerable<object> SnapshotsAsync(
        IDashboardModel model, IHostApplicationLifetime lifetime, [EnumeratorCancellation] CancellationToken aborted)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        await foreach (var resources in model.WatchResourcesAsync(ended.Token))
        {
            yield return new { application = model.ApplicationName, resources };
            await Task.Delay(Pace, TimeProvider.System, ended.Token);
        }
    }

    private static async IAsyncEnumerable<IReadOnlyList<DashboardLogLine>> LogsAsync(
        IDashboardModel model, string? resource, IHostApplicationLifetime lifetime, [EnumeratorCancellation] CancellationToken aborted)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        await foreach (var batch in model.WatchLogsAsync(resource, ended.Token))
            yield return batch;
    }
}
