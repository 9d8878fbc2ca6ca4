using System.Globalization;
using System.Text.RegularExpressions;

namespace ContactCenter.StorageExport.Uploads;

/// <summary>Names of what an upload leaves in a store while it is under way (STO-24, STO-27).</summary>
internal static partial class UploadName
{
    /// <summary>Names the upload of a revision; the same for every attempt.</summary>
    public static string IdOf(Files.UploadOrder order) => $"{order.FileId:N}-{order.Revision.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The file whose upload made a name; null if none did.</summary>
    public static Guid? FileOf(string name) => Part().Match(name) is { Success: true } match ? Guid.ParseExact(match.Groups["file"].ValueSpan, "N") : null;

    /// <summary>Whether a name is that of a probe (STO-73).</summary>
    public static bool IsProbe(string name) => Probe().IsMatch(name);

    [GeneratedRegex(@"^\..+\.(?<file>[0-9a-f]{32})-[0-9]+\.(part|old)$", RegexOptions.CultureInvariant)]
    private static partial Regex Part();

    [GeneratedRegex(@"^\.(\.write-probe-.+\.probe\.part|write-probe-[0-9a-f-]{36})$", RegexOptions.CultureInvariant)]
    private static partial Regex Probe();
}
