using System.Text.Json;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Templates;

namespace ContactCenter.FollowUpScheduler.Directories;

/// <summary>A user with what is known about how to reach him.</summary>
/// <param name="User">The user with his attributes.</param>
/// <param name="UsedChannelTypes">Types of the chat channels that he has used, such as <c>RBM</c>, the last one first.</param>
/// <param name="HasOptedOut">Whether he has unsubscribed from RBM.</param>
public sealed record DirectoryUser(User User, IReadOnlyList<string> UsedChannelTypes, bool HasOptedOut)
{
    /// <summary>Sets the values of the scope user.</summary>
    /// <param name="values">Where to.</param>
    public void AddTo(TemplateValues values)
    {
        const string Scope = "user";
        values.Set(Scope, "id", User.UserId);
        values.Set(Scope, "firstName", User.FirstName);
        values.Set(Scope, "lastName", User.LastName);
        values.Set(Scope, "email", User.Email);
        values.Set(Scope, "phone", User.Phone);
        values.Set(Scope, "language", User.Language);
        values.Set(Scope, "timeZone", User.TimeZone);
        foreach (var (name, value) in User.Attributes)
            values.Set(Scope, name, JsonSerializer.SerializeToElement(value));
    }
}

/// <summary>What a reference of the recipients section has led to (FUP-47).</summary>
/// <param name="UserIds">The user, or the members of the group.</param>
/// <param name="Problem"><c>RECIPIENT_NOT_FOUND</c> or <c>RECIPIENT_AMBIGUOUS</c>; empty if it was resolved.</param>
/// <param name="Id">Id of the user or group; the reference itself if it was not resolved.</param>
public sealed record ResolvedReference(IReadOnlyList<string> UserIds, string Problem, string Id);
