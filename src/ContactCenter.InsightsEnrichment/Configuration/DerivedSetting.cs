using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Configuration;

/// <summary>Something made of settings, made again whenever they change.</summary>
/// <typeparam name="TOptions">The settings.</typeparam>
/// <typeparam name="T">What is made of them.</typeparam>
/// <param name="options">The settings.</param>
/// <param name="make">Makes it.</param>
internal sealed class DerivedSetting<TOptions, T>(IOptionsMonitor<TOptions> options, Func<TOptions, T> make)
    where TOptions : class
{
    private volatile Made? _made;

    /// <summary>What is made of the settings as they are now.</summary>
    public T Value
    {
        get
        {
            var now = options.CurrentValue;
            var made = _made;
            if (made is null || !ReferenceEquals(made.Of, now))
                _made = made = new(now, make(now));
            return made.Value;
        }
    }

    private sealed record Made(TOptions Of, T Value);
}
