using System.ComponentModel.DataAnnotations;
using ContactCenter.FollowUpScheduler.Notifications;

namespace ContactCenter.FollowUpScheduler;

/// <summary>The section <c>FollowUps</c> of the configuration.</summary>
public sealed class FollowUpOptions : IValidatableObject
{
    /// <summary>IANA name of the zone of quiet hours where neither recipient nor follow-up has one.</summary>
    public string DefaultTimeZone { get; set; } = "UTC";

    /// <summary>Channel of recipients without a last-used one; empty for none.</summary>
    public string DefaultChannel { get; set; } = "";

    /// <summary>Most follow-ups.</summary>
    [Range(1, 10_000)]
    public int MaxFollowUps { get; set; } = 1_000;

    /// <summary>Most new notifications of one poll (FUP-28).</summary>
    [Range(1, 100_000)]
    public int MaxNotificationsPerPoll { get; set; } = 20_000;

    /// <summary>Windows of the deployment, for recipients and follow-ups without any (FUP-72).</summary>
    public IList<QuietHoursOptions> QuietHours { get; init; } = [];

    /// <summary>Keys of the tokens of actions (FUP-80).</summary>
    public AnswerKeyOptions AnswerKeys { get; set; } = new();

    /// <summary>Where recipients reach <c>/answers</c>; without it mails have no links for answers.</summary>
    public string PublicBaseUrl { get; set; } = "";

    /// <summary>RCS Business Messaging.</summary>
    public RbmOptions Rbm { get; set; } = new();

    /// <summary>Where an action leads to as a link; null if there is no place to answer at.</summary>
    internal string? LinkOf(RenderedAction action) => action.Url ?? (PublicBaseUrl.Length > 0 ? $"{PublicBaseUrl.TrimEnd('/')}/answers/{action.Token}" : null);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!TimeZones.IsKnown(DefaultTimeZone))
            yield return new($"FollowUps:DefaultTimeZone '{DefaultTimeZone}' is no zone that this machine knows.");
        if (Windows.Any(window => window is null) || !QuietWindow.LeavesEnoughOpen([.. Windows.OfType<QuietWindow>()]))
            yield return new("FollowUps:QuietHours must be windows as a follow-up has them, and leave at least 60 minutes a week open.");
        if (PublicBaseUrl.Length > 0 && !Uri.TryCreate(PublicBaseUrl, UriKind.Absolute, out _))
            yield return new("FollowUps:PublicBaseUrl must be an absolute URL.");
        if (!AnswerKeys.AreValid)
            yield return new("FollowUps:AnswerKeys:Current must be 32 bytes in Base64, and Previous too if it is set.");
    }

    internal IReadOnlyList<QuietWindow?> Windows =>
        [.. QuietHours.Select(window => QuietWindow.Parse(new() { Start = window.Start, End = window.End, Days = { window.Days } }))];
}

/// <summary>A weekly window without notifications, in local time.</summary>
public sealed class QuietHoursOptions
{
    /// <summary>Days on which it begins, 1 (Monday) to 7 (Sunday); every day if empty.</summary>
    public IList<int> Days { get; init; } = [];

    /// <summary><c>HH:mm</c>.</summary>
    public string Start { get; set; } = "";

    /// <summary><c>HH:mm</c>; before the start, the next day.</summary>
    public string End { get; set; } = "";
}

/// <summary>Keys of the tokens of actions: 32 bytes each, in Base64.</summary>
public sealed class AnswerKeyOptions
{
    private const int Bytes = 32;

    /// <summary>Signs and verifies; required.</summary>
    public string Current { get; set; } = "";

    /// <summary>Verifies tokens that were signed before a change; empty for none.</summary>
    public string Previous { get; set; } = "";

    internal bool AreValid => IsKey(Current) && (Previous.Length == 0 || IsKey(Previous));

    private static bool IsKey(string text) => Convert.TryFromBase64String(text, new byte[text.Length], out var length) && length == Bytes;
}

/// <summary>Settings of RCS Business Messaging.</summary>
public sealed class RbmOptions
{
    /// <summary>Origin of the API for channels that name none.</summary>
    [Required]
    public string BaseUrl { get; set; } = "https://rcsbusinessmessaging.googleapis.com";
}
