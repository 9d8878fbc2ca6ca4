using ContactCenter.Durable;
using ContactCenter.Egress;
using ContactCenter.Operations;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;

namespace ContactCenter.FollowUpScheduler;

/// <summary>Composes the service that reminds people until a matter is done.</summary>
public static class FollowUpSchedulerHost
{
    /// <summary>Builds the service without starting it.</summary>
    /// <param name="args">Command-line settings, which win over the environment and appsettings.json.</param>
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddServiceDefaults();
        builder.AddOptionalRedis();
        builder.AddDurable("follow-up-scheduler", typeof(FollowUpSchedulerHost).Assembly);
        builder.AddCallers("followups");
        builder.AddEgress("follow-up-scheduler");
        builder.AddOperations();

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapOAuthCallback();
        app.MapOperations();
        return app;
    }
}
