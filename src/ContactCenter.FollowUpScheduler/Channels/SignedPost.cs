using ContactCenter.Egress.Http;
using ContactCenter.Egress.Secrets;
using ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Channels;

/// <summary>Posts messages as Standard Webhooks, whose id is the same on every retry (FUP-61).</summary>
/// <param name="egress">The way out.</param>
/// <param name="secrets">What signs.</param>
public sealed class SignedPost(EgressClient egress, SecretDesk secrets)
{
    /// <summary>The id of a message: its <c>Idempotency-Key</c> and <c>webhook-id</c>.</summary>
    /// <param name="notificationId">The notification.</param>
    /// <param name="part">Number of the part, from 0, counted after splitting.</param>
    public static string IdOf(Guid notificationId, int part) => FormattableString.Invariant($"{notificationId:D}/{part}");

    /// <summary>The settings of a channel that messages are posted to.</summary>
    /// <param name="channel">The channel.</param>
    /// <returns>Null if it is of another type.</returns>
    public static HttpSettings? SettingsOf(Channel channel) => channel.Sms ?? channel.Webhook ?? channel.Chat;

    /// <summary>Posts a message.</summary>
    /// <param name="route">The channel.</param>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<SendOutcome> SendAsync(ChannelRoute route, ChannelMessage message, CancellationToken cancellationToken)
    {
        var settings = SettingsOf(route.Channel.Definition)!;
        var keys = new List<string>();
        foreach (var name in settings.SigningSecrets)
        {
            if (await secrets.ReadAsync(name, cancellationToken) is { } key)
                keys.Add(key);
        }

        if (keys.Count == 0)
            return new(SendResult.Rejected, "SECRET_MISSING", "secret");
        var outcome = await egress.SendAsync(
            new(Destination.For($"channels/{route.Channel.Id}", settings.Url), System.Net.Http.HttpMethod.Post, settings.Url)
            {
                ContentType = "application/json",
                Body = message.Content,
                IdempotencyKey = message.MessageId,
                Signing = new(message.MessageId, keys),
                ReservationId = message.MessageId,
            },
            cancellationToken);
        return outcome.Failure is { } failure ? SendOutcome.Of(failure) : SendOutcome.Accepted;
    }
}
