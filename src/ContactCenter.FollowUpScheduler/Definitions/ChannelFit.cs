using ContactCenter.Contracts;
using ContactCenter.FollowUps.V1;

namespace ContactCenter.FollowUpScheduler.Definitions;

/// <summary>Compares a message with what channels can show, and tells of every change (FUP-55).</summary>
/// <param name="findings">Takes the changes as warnings.</param>
/// <param name="message">The message.</param>
/// <param name="hasLinks">Whether recipients can answer by links.</param>
internal sealed class ChannelFit(Findings findings, Message message, bool hasLinks)
{
    private const string Field = "follow_up.message";
    private const string ShownAsText = "SHOWN_AS_TEXT";

    /// <summary>Compares the message with a channel.</summary>
    public void Check(string channelId, Channel channel, ChannelCapabilities can)
    {
        if (channel.SettingsCase == Channel.SettingsOneofCase.Email && message.Subject.Length == 0)
            findings.Refuse($"{Field}.subject", FollowUpErrors.FieldRequired, "is required with e-mail");
        for (var i = 0; i < message.Parts.Count; i++)
        {
            var part = message.Parts[i];
            var (code, change) = part.KindCase switch
            {
                MessagePart.KindOneofCase.Cards when !can.Cards => (ShownAsText, "shows cards as title, description and links"),
                MessagePart.KindOneofCase.Image when !can.Images => (ShownAsText, "shows images as alternative text and link"),
                MessagePart.KindOneofCase.Text when can.LongestText > 0 && part.Text.Length > can.LongestText => ("SPLIT", $"splits texts of more than {can.LongestText} characters"),
                _ => ("", ""),
            };
            if (code.Length > 0)
                findings.Warn($"{Field}.parts[{i}]", code, $"{channelId} {change}");
        }

        for (var i = 0; i < message.Actions.Count && !can.Actions; i++)
        {
            var isLink = hasLinks || message.Actions[i].Kind == ActionKind.OpenUrl;
            findings.Warn(
                $"{Field}.actions[{i}]",
                isLink ? ShownAsText : "NOT_SHOWN",
                isLink ? $"{channelId} shows actions as links" : $"{channelId} shows actions as links, which needs FollowUps:PublicBaseUrl");
        }
    }
}
