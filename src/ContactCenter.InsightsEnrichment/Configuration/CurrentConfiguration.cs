using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace ContactCenter.InsightsEnrichment.Configuration;

/// <summary>The imported document as this process knows it. Whoever reads its settings through <see cref="IOptionsMonitor{TOptions}"/> sees a new one at once.</summary>
/// <param name="store">Where it is.</param>
internal sealed class CurrentConfiguration(ConfigurationStore store)
{
    private readonly Lock _changing = new();
    private ConfigurationReloadToken _change = new();
    private long _version;

    /// <summary>What goes before the settings.</summary>
    public ConfigurationDocument Document { get; private set; } = new();

    /// <summary>Signals the next change.</summary>
    public IChangeToken ChangeToken => Volatile.Read(ref _change);

    /// <summary>Looks whether another document was imported.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var imported = await store.ReadAsync(cancellationToken);
        ConfigurationReloadToken before;
        lock (_changing)
        {
            if (imported.Version <= _version)
                return;
            (_version, Document) = (imported.Version, ConfigurationDocument.Read(imported.Document));
            before = Interlocked.Exchange(ref _change, new());
        }

        before.OnReload();
    }

    /// <summary>Tells options that they are to be made anew.</summary>
    /// <typeparam name="TOptions">The options.</typeparam>
    /// <param name="current">What changes.</param>
    internal sealed class Change<TOptions>(CurrentConfiguration current) : IOptionsChangeTokenSource<TOptions>
    {
        /// <inheritdoc />
        public string Name => Options.DefaultName;

        /// <inheritdoc />
        public IChangeToken GetChangeToken() => current.ChangeToken;
    }
}
