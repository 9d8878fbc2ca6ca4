using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.Storage.V1;

namespace ContactCenter.CrmConnector.Connectors;

/// <summary>Which files are attached to records, and what is read from the answers; its texts are parsed.</summary>
/// <param name="Settings">As configured.</param>
/// <param name="Builder">Makes the address of an attachment out of its id; null if the answer has the address, or nothing is read.</param>
public sealed record UploadTemplate(UploadSettings Settings, UrlTemplate? Builder)
{
    /// <summary>Largest file that is sent as a part of a form, in bytes (CRM-125).</summary>
    public const long LargestMultipart = 100L << 20;

    /// <summary>Largest file that is sent as base64, in bytes (CRM-125).</summary>
    public const long LargestBase64 = 25L << 20;

    private const int LongestAddress = 8_192;

    /// <summary>Largest file that is sent, in bytes.</summary>
    public long Largest => Settings.Type == UploadType.Multipart ? LargestMultipart : LargestBase64;

    /// <summary>Whether files of a kind are attached (CRM-119).</summary>
    /// <param name="kind">The kind.</param>
    public bool Takes(SessionFileKind kind) => Settings.Kinds.Contains(kind);

    /// <summary>The attachment that an answer tells of (CRM-121).</summary>
    /// <param name="found">What lies where the id or the address should.</param>
    /// <param name="values">What other variables stand for.</param>
    /// <returns>Null if the answer has no address; an address alone is null where a variable in it has no value.</returns>
    public (string? Id, string? Url)? Read(VariableValue found, Func<Variable, VariableValue> values)
    {
        if (Builder is null)
            return !found.IsNumber && found.Text.Length <= LongestAddress && Uri.TryCreate(found.Text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" ? (null, found.Text) : null;
        var built = Builder.Render(variable => variable == Variables.AttachmentId ? found : values(variable), []);
        return (found.Text, built.Refusal is null ? built.Text : null);
    }
}
