using System.Text.RegularExpressions;
using ContactCenter.Contracts;
using ContactCenter.FollowUps.V1;
using Google.Protobuf.Collections;

namespace ContactCenter.FollowUpScheduler.Definitions;

/// <summary>Checks the message of a follow-up (FUP-50 to FUP-53, FUP-77).</summary>
/// <param name="findings">Takes what is wrong.</param>
/// <param name="declared">The attributes that are declared.</param>
public sealed partial class MessageReader(Findings findings, Scopes declared)
{
    private const string Field = "follow_up.message";
    private const int MostParts = 5;
    private const int LongestText = 3_072;
    private const int MostCards = 10;
    private const int LongestTitle = 200;
    private const int LongestDescription = 2_000;
    private const int MostFallbacks = 3;
    private const int MostActions = 10;
    private const int LongestActionTitle = 25;
    private const int MostSteps = 10;

    private readonly Scopes _scopes = declared.At(Place.Message);

    /// <summary>Checks a message.</summary>
    /// <param name="message">The message.</param>
    public void Read(Message? message)
    {
        if (message is null)
        {
            findings.Refuse(Field, FollowUpErrors.FieldRequired, "is required");
            return;
        }

        findings.Check(message.Parts.Count is >= 1 and <= MostParts, $"{Field}.parts", $"must be 1 to {MostParts}");
        for (var i = 0; i < Math.Min(message.Parts.Count, MostParts); i++)
            ReadPart($"{Field}.parts[{i}]", message.Parts[i]);
        findings.Template($"{Field}.subject", message.Subject, _scopes);
        findings.Check((message.ChannelId.Length > 0) != message.LastUsedChannel, $"{Field}.channel_id", "must name a channel, or last_used_channel be set");
        findings.Check(message.FallbackChannelIds.Count <= MostFallbacks, $"{Field}.fallback_channel_ids", $"must be at most {MostFallbacks}");
        findings.Check(Enum.IsDefined(message.UncertainPolicy), $"{Field}.uncertain_policy", "must be RESEND or SKIP");
        ReadActions(message.Actions);
    }

    private void ReadPart(string field, MessagePart part)
    {
        switch (part.KindCase)
        {
            case MessagePart.KindOneofCase.Text:
                Text($"{field}.text", part.Text, LongestText, isRequired: true);
                break;
            case MessagePart.KindOneofCase.Cards:
                var cards = part.Cards.Cards_;
                findings.Check(cards.Count is >= 1 and <= MostCards, $"{field}.cards.cards", $"must be 1 to {MostCards}");
                for (var i = 0; i < Math.Min(cards.Count, MostCards); i++)
                {
                    Text($"{field}.cards.cards[{i}].title", cards[i].Title, LongestTitle, isRequired: true);
                    Text($"{field}.cards.cards[{i}].description", cards[i].Description, LongestDescription, isRequired: false);
                    if (cards[i].Image is { } image)
                        ReadImage($"{field}.cards.cards[{i}].image", image);
                }

                break;
            case MessagePart.KindOneofCase.Image:
                ReadImage($"{field}.image", part.Image);
                break;
            default:
                findings.Refuse(field, FollowUpErrors.FieldRequired, "must be text, cards or an image");
                break;
        }
    }

    private void ReadImage(string field, Image image)
    {
        Url($"{field}.url", image.Url);
        Text($"{field}.alternative_text", image.AlternativeText, LongestTitle, isRequired: true);
    }

    private void ReadActions(RepeatedField<FollowUps.V1.Action> actions)
    {
        findings.Check(actions.Count <= MostActions, $"{Field}.actions", $"must be at most {MostActions}");
        var steps = new StepReader(findings);
        for (var i = 0; i < Math.Min(actions.Count, MostActions); i++)
        {
            var (action, field) = (actions[i], $"{Field}.actions[{i}]");
            findings.Check(ActionId().IsMatch(action.ActionId), $"{field}.action_id", "must be a lower-case letter, then up to 31 lower-case letters, digits and hyphens");
            findings.Check(action.Title.Length is >= 1 and <= LongestActionTitle, $"{field}.title", $"must have 1 to {LongestActionTitle} characters");
            findings.Check(
                !actions.Take(i).Any(other => other.ActionId == action.ActionId || string.Equals(other.Title, action.Title, StringComparison.OrdinalIgnoreCase)),
                field,
                "must have an id and a title that no other action has");
            var isReply = action.Kind == ActionKind.Reply;
            findings.Check(action.Kind is ActionKind.Reply or ActionKind.OpenUrl, $"{field}.kind", "must be REPLY or OPEN_URL");
            if (isReply)
                findings.Check(action.Url.Length == 0, $"{field}.url", "must be empty with REPLY");
            else
                Url($"{field}.url", action.Url);
            findings.Check(isReply || action is { Continues: false, OnAnswer.Count: 0 }, field, "has steps after the answer with REPLY only");
            steps.Read($"{field}.on_answer", action.OnAnswer, MostSteps, declared.At(Place.Answer));
        }
    }

    private void Text(string field, string text, int longest, bool isRequired)
    {
        if (isRequired && !findings.Required(field, text))
            return;
        if (findings.Check(text.Length <= longest, field, FormattableString.Invariant($"must have at most {longest} characters")))
            findings.Template(field, text, _scopes);
    }

    private void Url(string field, string url)
    {
        if (findings.Required(field, url) && findings.Template(field, url, _scopes) is not null)
            findings.Check(url.StartsWith("https://", StringComparison.Ordinal) || url.StartsWith("@{", StringComparison.Ordinal), field, "must be an https URL");
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,31}$", RegexOptions.CultureInvariant)]
    private static partial Regex ActionId();
}
