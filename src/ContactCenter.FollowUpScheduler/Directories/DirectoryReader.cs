using System.Text.RegularExpressions;
using ContactCenter.Contracts;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Channels;
using ContactCenter.FollowUpScheduler.Definitions;
using ContactCenter.FollowUpScheduler.Notifications;
using Group = ContactCenter.FollowUps.V1.Group;

namespace ContactCenter.FollowUpScheduler.Directories;

/// <summary>Checks users, groups and attributes completely (FUP-20, FUP-21, FUP-47, FUP-48).</summary>
/// <param name="findings">Takes what is wrong.</param>
public sealed partial class DirectoryReader(Findings findings)
{
    /// <summary>Most user attributes of a deployment (FUP-21).</summary>
    public const int MostUserAttributes = 15;

    private const int MostUsers = 5_000;
    private const int MostMembers = 1_000;
    private const int LongestId = 128;
    private const int LongestName = 200;
    private const int LongestValue = 4_096;

    /// <summary>Whether a text can be the id of a user or group.</summary>
    /// <param name="text">The text.</param>
    public static bool IsId(string text) => text.Length is >= 1 and <= LongestId && !text.Any(char.IsControl);

    /// <summary>Whether a text is a telephone number in E.164 form.</summary>
    /// <param name="text">The text.</param>
    public static bool IsPhone(string text) => Phone().IsMatch(text);

    /// <summary>Checks users.</summary>
    /// <param name="users">The users.</param>
    /// <param name="declared">The attributes that are declared.</param>
    public void Read(IReadOnlyList<User> users, Scopes declared)
    {
        findings.Check(users.Count is >= 1 and <= MostUsers, "users", $"must be 1 to {MostUsers}");
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(users.Count, MostUsers); i++)
        {
            var (user, field) = (users[i], $"users[{i}]");
            Id($"{field}.user_id", user.UserId);
            findings.Check(ids.Add(user.UserId), $"{field}.user_id", "must stand in the call once");
            findings.Check(user.FirstName.Length <= LongestName, $"{field}.first_name", $"must have at most {LongestName} characters");
            findings.Check(user.LastName.Length <= LongestName, $"{field}.last_name", $"must have at most {LongestName} characters");
            findings.Check(user.Email.Length == 0 || MailAddresses.IsAddress(user.Email), $"{field}.email", "must be an e-mail address");
            findings.Check(user.Phone.Length == 0 || IsPhone(user.Phone), $"{field}.phone", "must be in E.164 form, such as +351210000000");
            findings.Check(user.TimeZone.Length == 0 || TimeZones.IsKnown(user.TimeZone), $"{field}.time_zone", "must be the IANA name of a zone");
            FollowUpReader.ReadWindows(findings, $"{field}.quiet_hours", user.QuietHours);
            foreach (var (name, value) in user.Attributes)
            {
                if (!declared.UserAttributes.Contains(name))
                    findings.Refuse($"{field}.attributes[{name}]", FollowUpErrors.UnknownAttribute, "is not declared");
                findings.Check(value.Length <= LongestValue, $"{field}.attributes[{name}]", $"must have at most {LongestValue} characters");
            }
        }
    }

    /// <summary>Checks a group.</summary>
    /// <param name="group">The group.</param>
    public void Read(Group group)
    {
        Id("group.group_id", group.GroupId);
        findings.Check(group.DisplayName.Length is >= 1 and <= LongestName, "group.display_name", $"must have 1 to {LongestName} characters");
        findings.Check(group.UserIds.Count <= MostMembers, "group.user_ids", $"must be at most {MostMembers}");
    }

    /// <summary>Checks an attribute of the deployment.</summary>
    /// <param name="attribute">The attribute.</param>
    public void Read(GlobalAttribute attribute)
    {
        findings.Check(StepReader.IsAttribute(attribute.Attribute), "attribute.attribute", "must be a letter or underscore, then up to 63 letters, digits, underscores and hyphens");
        findings.Check(attribute.Value.Length <= LongestValue, "attribute.value", $"must have at most {LongestValue} characters");
    }

    /// <summary>Checks the name of a user attribute.</summary>
    /// <param name="attribute">The name.</param>
    public void ReadUserAttribute(string attribute) => findings.Check(
        StepReader.IsAttribute(attribute) && !Scopes.UserFields.Contains(attribute), "attribute", "must be the name of an attribute, and not that of a field of users");

    private void Id(string field, string id)
    {
        if (findings.Required(field, id))
            findings.Check(IsId(id), field, $"must have at most {LongestId} characters and no control characters");
    }

    [GeneratedRegex(@"^\+[1-9][0-9]{1,14}$", RegexOptions.CultureInvariant)]
    private static partial Regex Phone();
}
