using ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Channels;

/// <summary>The types of channels, each one implementation (FUP-54).</summary>
/// <param name="types">The implementations.</param>
public sealed class ChannelTypes(IEnumerable<IMessageChannel> types)
{
    private readonly Dictionary<Channel.SettingsOneofCase, IMessageChannel> _types = types.ToDictionary(type => type.Type);

    /// <summary>The type of a channel.</summary>
    /// <param name="channel">The channel, which was checked when it was saved.</param>
    public IMessageChannel Of(Channel channel) => _types[channel.SettingsCase];
}
