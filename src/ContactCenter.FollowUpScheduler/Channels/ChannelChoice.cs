using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Directories;

namespace ContactCenter.FollowUpScheduler.Channels;

/// <summary>A channel that can reach a user.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Address">The user's address in it.</param>
public sealed record ChannelRoute(StoredDefinition<Channel> Channel, string Address);

/// <summary>Which channels a message to a user may take, in order (FUP-49, FUP-51 to FUP-53).</summary>
/// <param name="Routes">The channels; none if the user is blocked.</param>
/// <param name="BlockedReason">NO_CHANNEL, NO_ADDRESS or OPTED_OUT; empty if there is a channel.</param>
public sealed record ChannelChoice(IReadOnlyList<ChannelRoute> Routes, string BlockedReason)
{
    /// <summary>Type of the channels of RCS Business Messaging.</summary>
    public const string Rbm = "RBM";

    /// <summary>Types of the channels in which users write too, one of which they have used last (FUP-52).</summary>
    public static readonly IReadOnlySet<string> ChatTypes = new HashSet<string> { "CHAT", Rbm, "SMS" };

    /// <summary>Chooses the channels.</summary>
    /// <param name="message">Names them.</param>
    /// <param name="channels">All channels, by id.</param>
    /// <param name="user">The recipient.</param>
    /// <param name="defaultChannel">The channel of users without a last-used one; empty for none.</param>
    public static ChannelChoice Of(Message message, IReadOnlyDictionary<string, StoredDefinition<Channel>> channels, DirectoryUser user, string defaultChannel)
    {
        var first = message.LastUsedChannel
            ? user.UsedChannelTypes.SelectMany(type => channels.Values.Where(channel => IsOf(channel, type)).OrderBy(channel => channel.Id, StringComparer.Ordinal)).FirstOrDefault()?.Id ?? defaultChannel
            : message.ChannelId;
        var usable = message.FallbackChannelIds.Prepend(first).Distinct().Select(channels.GetValueOrDefault).OfType<StoredDefinition<Channel>>().Where(channel => channel.Definition.Enabled).ToList();
        var addressed = usable.Select(channel => new ChannelRoute(channel, AddressOf(channel.Definition, user.User))).Where(route => route.Address.Length > 0).ToList();
        var routes = addressed.Where(route => !(user.HasOptedOut && TypeOf(route.Channel.Definition) == Rbm)).ToList();
        return new(routes, routes.Count > 0 ? "" : usable.Count == 0 ? "NO_CHANNEL" : addressed.Count == 0 ? "NO_ADDRESS" : "OPTED_OUT");
    }

    /// <summary>The type of a channel, as events and templates name it.</summary>
    /// <param name="channel">The channel.</param>
    public static string TypeOf(Channel channel) => channel.SettingsCase.ToString().ToUpperInvariant();

    /// <summary>The address of a user in a channel.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="user">The user.</param>
    /// <returns>Empty if he has none.</returns>
    public static string AddressOf(Channel channel, User user) => channel.SettingsCase switch
    {
        Channel.SettingsOneofCase.Rbm or Channel.SettingsOneofCase.Sms => user.Phone,
        Channel.SettingsOneofCase.Email => user.Email,
        _ => user.UserId,
    };

    private static bool IsOf(StoredDefinition<Channel> channel, string type) => channel.Definition.Enabled && TypeOf(channel.Definition) == type;
}
