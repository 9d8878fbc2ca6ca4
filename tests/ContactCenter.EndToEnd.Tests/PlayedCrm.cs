using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.EndToEnd.Tests;

/// <summary>A CRM that knows nobody yet, and keeps the customers and tickets that it is given.</summary>
internal sealed class PlayedCrm : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _ids;

    private PlayedCrm(WebApplication app) => _app = app;

    /// <summary>Host and port.</summary>
    public string Authority => new Uri(_app.Urls.Single()).Authority;

    /// <summary>The tickets: subject by id.</summary>
    public ConcurrentDictionary<string, string> Tickets { get; } = new();

    /// <summary>Starts it.</summary>
    public static async Task<PlayedCrm> StartAsync(CancellationToken cancellation)
    {
        // Without settings of the tests, on a free port.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        var crm = new PlayedCrm(builder.Build());
        crm._app.UseRouting();
        crm._app.MapGet("/{**path}", () => Results.NotFound());
        crm._app.MapPost("/customers", () => Results.Ok(new { id = crm.NextId() }));
        crm._app.MapPost("/tickets", (Ticket ticket) =>
        {
            var id = crm.NextId();
            crm.Tickets[id] = ticket.Subject;
            return Results.Ok(new { id });
        });
        crm._app.MapPatch("/tickets/{id}", () => Results.Ok());
        crm._app.MapPost("/tickets/{id}/comments", () => Results.Ok());
        await crm._app.StartAsync(cancellation);
        return crm;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private string NextId() => $"T{Interlocked.Increment(ref _ids)}";

    private sealed record Ticket(string Subject);
}
