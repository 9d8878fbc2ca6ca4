using System.Diagnostics.Metrics;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Channels;
using Npgsql;

namespace ContactCenter.FollowUpScheduler.Directories;

/// <summary>What is learnt from those who write to us: who they are, and by which channel (FUP-47, FUP-52, FUP-58). What names nobody is counted: the metric <c>followups.unmatched_contact</c>.</summary>
/// <param name="meters">Makes the metric.</param>
public sealed class Contacts(IMeterFactory meters)
{
    // What stands for an address where content is not published.
    private const string Hashed = "hash_";

    private readonly Counter<long> _unmatched = meters.Create("ContactCenter.FollowUps").CreateCounter<long>(
        "followups.unmatched_contact", "{contact}", "Contacts and subscriptions whose address is hidden or cannot be an id");

    /// <summary>Notes that someone wrote in a chat channel; whoever is not known becomes a user.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="address">Where he wrote from: a telephone number, an e-mail address, or the channel's own spelling.</param>
    /// <param name="channelType">Type of the channel.</param>
    /// <param name="time">When.</param>
    public Task NoteAsync(NpgsqlConnection connection, string address, string channelType, DateTimeOffset time)
    {
        if (!IsKnown(address))
            return Task.CompletedTask;
        var newcomer = new User
        {
            UserId = address,
            Phone = DirectoryReader.IsPhone(address) ? address : "",
            Email = MailAddresses.IsAddress(address) ? address : "",
        };
        return DirectoryStore.NoteContactAsync(connection, newcomer, channelType, time);
    }

    /// <summary>Notes that a telephone number has unsubscribed from RBM, or subscribed again.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="phone">The number.</param>
    /// <param name="optedOut">Whether it has unsubscribed.</param>
    /// <param name="time">When.</param>
    public Task NoteOptOutAsync(NpgsqlConnection connection, string phone, bool optedOut, DateTimeOffset time) =>
        IsKnown(phone) ? DirectoryStore.NoteOptOutAsync(connection, phone, optedOut, time) : Task.CompletedTask;

    private bool IsKnown(string address)
    {
        var isKnown = DirectoryReader.IsId(address) && !address.StartsWith(Hashed, StringComparison.Ordinal);
        if (!isKnown)
            _unmatched.Add(1);
        return isKnown;
    }
}
