using ContactCenter.Durable;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.InsightsEnrichment.Retention;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Tests.Retention;

/// <summary>Removes what is old enough, as the jobs of the service do some days from now.</summary>
internal static class Ageing
{
    public static async Task RunAsync(IServiceProvider services, int days, CancellationToken cancellationToken)
    {
        var later = new ManualTimeProvider(TimeProvider.System.GetUtcNow().AddDays(days));
        var database = services.GetRequiredService<DurableDatabase>();
        var options = services.GetRequiredService<IOptions<RetentionOptions>>();
        var letters = services.GetRequiredService<DeadLetterDesk>();
        await new RawEventRetention(database, options, services.GetRequiredService<IOptions<RbmRetentionOptions>>(), letters, later).RunAsync(null!, cancellationToken);
        await new ResultRetention(database, options, later).RunAsync(null!, cancellationToken);
    }
}
