using System.Text.RegularExpressions;

namespace ContactCenter.WfmConnector.AgentStates;

/// <summary>A state that an agent can be in, but for the medium of a contact (WFM-22).</summary>
/// <param name="State">What CXone is told, such as <c>AVAILABLE</c>.</param>
/// <param name="Class">What it counts as in sums: <c>LOGGED_OUT</c>, <c>AVAILABLE</c>, <c>UNAVAILABLE</c>, <c>ON_CONTACT</c> or <c>WRAP_UP</c>.</param>
/// <param name="ReasonCode">Null without (WFM-21).</param>
/// <param name="ReasonText">Null without.</param>
public sealed partial record AgentStateKind(string State, string Class, string? ReasonCode = null, string? ReasonText = null)
{
    private const int LongestCode = 64;
    private const int LongestText = 128;
    private const int SidEnding = 4;

    /// <summary>Not at work.</summary>
    public static AgentStateKind LoggedOut { get; } = new("LOGGED_OUT", "LOGGED_OUT");

    /// <summary>Ready for contacts.</summary>
    public static AgentStateKind Available { get; } = new("AVAILABLE", "AVAILABLE");

    /// <summary>What an activity means by its name (WFM-23).</summary>
    /// <param name="name">The name.</param>
    /// <param name="available">Whether agents in it take offers.</param>
    /// <param name="reasonCode">The code that the activity holds.</param>
    public static AgentStateKind Of(string name, bool available, string reasonCode) =>
        available ? Available
        : IsLoggedOut(name) ? LoggedOut
        : new("UNAVAILABLE", "UNAVAILABLE", reasonCode, name.Length <= LongestText ? name : name[..LongestText]);

    /// <summary>The reason code of a name: upper case, anything but letters and digits replaced (WFM-23).</summary>
    /// <param name="name">The activity's name.</param>
    /// <param name="activityKey">Stands in for a name without any letter or digit.</param>
    public static string ReasonCodeOf(string name, string activityKey)
    {
        var code = NoCode().Replace(name.ToUpperInvariant(), "_").Trim('_');
        return code.Length == 0 ? activityKey : code.Length <= LongestCode ? code : code[..LongestCode].TrimEnd('_');
    }

    /// <summary>The reason code of an activity whose own is held by another one (WFM-24).</summary>
    /// <param name="code">The code that is held.</param>
    /// <param name="activityKey">The activity.</param>
    public static string OtherCode(string code, string activityKey) =>
        $"{(code.Length <= LongestCode - SidEnding - 1 ? code : code[..(LongestCode - SidEnding - 1)])}_{activityKey[^Math.Min(SidEnding, activityKey.Length)..]}";

    private static bool IsLoggedOut(string name) =>
        name.Equals("Offline", StringComparison.OrdinalIgnoreCase) || name.Equals("Logged Out", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("[^A-Z0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex NoCode();
}
