using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Definitions;

namespace ContactCenter.FollowUpScheduler.Channels;

/// <summary>All channels as they were a moment ago, so that many notifications at once cost one query.</summary>
/// <param name="store">The channels.</param>
/// <param name="time">Measures the moment.</param>
public sealed class ChannelBook(DefinitionStore<Channel> store, TimeProvider time)
{
    private const int MostChannels = 1_000;

    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private Reading? _last;

    /// <summary>All channels by id.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async ValueTask<IReadOnlyDictionary<string, StoredDefinition<Channel>>> AllAsync(CancellationToken cancellationToken)
    {
        if (_last is { } last && time.GetElapsedTime(last.Timestamp) < Freshness)
            return last.Channels;
        var timestamp = time.GetTimestamp();
        var channels = (await store.ListAsync("", MostChannels, cancellationToken)).ToDictionary(channel => channel.Id, StringComparer.Ordinal);
        _last = new(channels, timestamp);
        return channels;
    }

    private sealed record Reading(IReadOnlyDictionary<string, StoredDefinition<Channel>> Channels, long Timestamp);
}
