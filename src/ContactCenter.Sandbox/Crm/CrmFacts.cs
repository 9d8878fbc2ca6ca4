namespace ContactCenter.Sandbox.Crm;

/// <summary>What is true of the case of a session.</summary>
/// <param name="Subject">Its title, which names the session.</param>
/// <param name="Customer">The contact centre's number of the customer.</param>
/// <param name="Updates">How often it was updated.</param>
/// <param name="Comments">The titles of its comments in order, divided by bars.</param>
/// <param name="Files">SHA-256 of its files, see <see cref="FilesOf"/>.</param>
public sealed record CrmFacts(string Subject, long Customer, int Updates, string Comments, string Files)
{
    private const string Transferred = "Transferred";

    /// <summary>The first line of a comment; of a transfer only what it is, as names of agents may come later.</summary>
    /// <param name="comment">The text.</param>
    public static string TitleOf(string comment) => comment.StartsWith(Transferred, StringComparison.Ordinal) ? Transferred : comment.Split('\n')[0];

    /// <summary>Files as facts: those of a session come one after the other, but in no certain order.</summary>
    /// <param name="hashes">Their SHA-256.</param>
    public static string FilesOf(IEnumerable<string> hashes) => string.Join(" | ", hashes.Order(StringComparer.Ordinal));
}
