using System.Reflection;
using ContactCenter.Durable;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace ContactCenter.Faults.Tests.Load;

/// <summary>A service as the product composes them: calls over gRPC, jobs and, where asked for, a consumer.</summary>
internal static class LoadHost
{
    /// <summary>Kind of the jobs that write one effect.</summary>
    public const string Effect = "effects.write";

    /// <summary>A job that recurs daily, first in a day; only workers with <c>Faults:Barrier</c> have it.</summary>
    public const string Recurring = "effects.daily";

    // As the default, but for numbers that a test has broken: they are not tried again.
    private static readonly RetryPolicy Policy = RetryPolicy.Default with
    {
        Name = "effects",
        Rules = [new RetryRule(WriteEffect.Broken, RetryAction.Final), .. RetryPolicy.Default.Rules],
    };

    /// <summary>While a test holds this advisory lock, workers with <c>Faults:Barrier</c> wait before they start.</summary>
    public const long Barrier = 4711;

    /// <summary>Runs a replica until it is told to stop.</summary>
    /// <returns>Its exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var app = Create(args);
        if (app.Configuration.GetValue<bool>("Faults:Barrier"))
        {
            await using var connection = new NpgsqlConnection(app.Configuration.GetConnectionString("database"));
            await connection.ExecuteAsync("SELECT pg_advisory_lock_shared(@Barrier)", new { Barrier }, commandTimeout: 0);
        }

        return await app.RunDurableAsync([]);
    }

    /// <summary>Composes a replica.</summary>
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults();
        if (builder.Configuration.GetConnectionString("redis") is not null)
            builder.AddRedisClient("redis");
        builder.AddDurable("faults", Assembly.GetExecutingAssembly(), durable =>
        {
            durable.AddJob<WriteEffect>(Effect, Policy);
            if (builder.Configuration.GetValue<bool>("Faults:Consumes"))
                durable.AddConsumer<NumberPublishedConsumer>();
            if (builder.Configuration.GetValue<bool>("Faults:Barrier"))
                durable.AddRecurring<WriteEffect>(Recurring, Schedule.Every(TimeSpan.FromDays(1)), MissedOccurrences.Skip);
        });
        builder.AddCallers("faults");
        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapGrpcService<LoadCalls>();
        app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"{WorkerProcess.Ready} {string.Join(' ', app.Urls)}"));
        return app;
    }
}
