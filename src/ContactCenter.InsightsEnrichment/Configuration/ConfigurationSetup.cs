using ContactCenter.InsightsEnrichment.Agents;
using ContactCenter.InsightsEnrichment.Customers;
using ContactCenter.InsightsEnrichment.Enrichment;
using ContactCenter.InsightsEnrichment.Hipaa;
using ContactCenter.InsightsEnrichment.Loads;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Configuration;

/// <summary>Lets the imported configuration go before the settings of the deployment.</summary>
internal static class ConfigurationSetup
{
    /// <summary>Adds it, with what it says of each of the options.</summary>
    public static void AddImportedConfiguration(this IServiceCollection services)
    {
        services.AddSingleton<ConfigurationStore>();
        services.AddSingleton<CurrentConfiguration>();
        services.AddHostedService<ConfigurationWatch>();
        services.GoBefore<RedactionOptions>((document, options) => options.Rules = document.Redaction?.Rules is { } rules ? [.. rules] : options.Rules);
        services.GoBefore<CustomerOptions>((document, options) =>
        {
            options.DefaultCallingCode = document.Links?.DefaultCallingCode ?? options.DefaultCallingCode;
            options.AnonymousValues = document.Links?.AnonymousValues is { } values ? [.. values] : options.AnonymousValues;
        });
        services.GoBefore<EnrichmentOptions>((document, options) => options.Naming.KeepHistoricNames = document.Naming?.KeepHistoricNames ?? options.Naming.KeepHistoricNames);
        services.GoBefore<ActivityOptions>((document, options) =>
        {
            Replace(options.Available, document.Activities?.Available);
            Replace(options.Offline, document.Activities?.Offline);
        });
        services.GoBefore<LoadOptions>((document, options) => options.IntervalMinutes = document.Load?.IntervalMinutes ?? options.IntervalMinutes);
    }

    private static void GoBefore<TOptions>(this IServiceCollection services, Action<ConfigurationDocument, TOptions> apply)
        where TOptions : class
    {
        services.AddSingleton<IOptionsChangeTokenSource<TOptions>, CurrentConfiguration.Change<TOptions>>();
        services.AddOptions<TOptions>().PostConfigure<CurrentConfiguration>((options, current) => apply(current.Document, options));
    }

    private static void Replace(ISet<string> values, IReadOnlyList<string>? by)
    {
        if (by is null)
            return;
        values.Clear();
        values.UnionWith(by);
    }
}
