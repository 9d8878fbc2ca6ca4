namespace Aspire.StackExchange.Redis;

/// <summary>How to reach Redis; configuration section <c>Aspire:StackExchange:Redis</c>, and below it one per connection name.</summary>
public sealed class StackExchangeRedisSettings
{
    /// <summary>
    /// Hosts and options in StackExchange.Redis's form, <c>127.0.0.1:6379,password=…</c>. <c>ConnectionStrings:{name}</c>
    /// replaces what the section says.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>True leaves out the health check; default false.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>True leaves out traces of commands; without effect here, where none are made.</summary>
    public bool DisableTracing { get; set; }
}
