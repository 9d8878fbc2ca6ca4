using ContactCenter.Contracts;
using ContactCenter.FollowUpScheduler.Templates;

namespace ContactCenter.FollowUpScheduler.Definitions;

/// <summary>Where a template stands, which decides what it may refer to (FUP-31).</summary>
public enum Place
{
    /// <summary>Steps of the extraction and the looping element.</summary>
    Extraction,

    /// <summary>Reconciliation id and record condition.</summary>
    Record,

    /// <summary>Steps and fields of the recipients.</summary>
    Recipients,

    /// <summary>Texts of the message.</summary>
    Message,

    /// <summary>Steps after an answer.</summary>
    Answer,

    /// <summary>Steps of post-follow-up actions.</summary>
    PostActions,

    /// <summary>An integration by itself: whatever some caller can provide.</summary>
    Integration,
}

/// <summary>What templates of a place may refer to.</summary>
/// <param name="Place">The place.</param>
/// <param name="Globals">Declared attributes of the deployment.</param>
/// <param name="UserAttributes">Declared attributes of users.</param>
public sealed record Scopes(Place Place, IReadOnlySet<string> Globals, IReadOnlySet<string> UserAttributes)
{
    /// <summary>Fields of users, which no attribute may be named like.</summary>
    public static readonly IReadOnlySet<string> UserFields = new HashSet<string> { "id", "firstName", "lastName", "email", "phone", "language", "timeZone" };

    private static readonly HashSet<string> ChannelFields = ["id", "type", "address"];
    private static readonly HashSet<string> Always = ["id", "name", "attempts"];
    private static readonly HashSet<string> OfExtraction = [.. Always, "since"];
    private static readonly HashSet<string> OfRecords = [.. OfExtraction, "data"];
    private static readonly HashSet<string> OfMessages = [.. Always, "data", "recordId", "attempt", "episode"];
    private static readonly HashSet<string> OfAnswers = [.. OfMessages, "answer", "answeredBy", "answerTime"];
    private static readonly HashSet<string> OfPostActions = [.. OfAnswers, "recipients", "outcome"];
    private static readonly HashSet<string> All = [.. OfPostActions, "since"];

    /// <summary>The same attributes in another place.</summary>
    /// <param name="place">The place.</param>
    public Scopes At(Place place) => this with { Place = place };

    /// <summary>Why a reference cannot stand here.</summary>
    /// <param name="reference">The reference.</param>
    /// <returns>A reason of <see cref="FollowUpErrors"/>, or null if it can.</returns>
    public string? Refusal(Reference reference) => reference.Scope switch
    {
        "followup" => Names().Contains(reference.Name) ? null : FollowUpErrors.ScopeNotAvailable,
        "local" => Place is Place.Message ? FollowUpErrors.ScopeNotAvailable : null,
        "global" => Globals.Contains(reference.Name) ? null : FollowUpErrors.UnknownAttribute,
        _ when Place is not (Place.Message or Place.Answer or Place.Integration) => FollowUpErrors.ScopeNotAvailable,
        "user" => UserFields.Contains(reference.Name) || UserAttributes.Contains(reference.Name) ? null : FollowUpErrors.UnknownAttribute,
        _ => ChannelFields.Contains(reference.Name) ? null : FollowUpErrors.ScopeNotAvailable,
    };

    private HashSet<string> Names() => Place switch
    {
        Place.Extraction => OfExtraction,
        Place.Record or Place.Recipients => OfRecords,
        Place.Message => OfMessages,
        Place.Answer => OfAnswers,
        Place.PostActions => OfPostActions,
        _ => All,
    };
}
