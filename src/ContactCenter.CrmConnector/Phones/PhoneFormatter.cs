using System.Collections.Frozen;
using ContactCenter.Crm.V1;
using ContactCenter.Events.Insights;

namespace ContactCenter.CrmConnector.Phones;

/// <summary>Writes phone numbers as a CRM wants them (CRM-25 to CRM-31).</summary>
/// <param name="format">The CRM's format.</param>
/// <param name="defaultCallingCode">Calling code of numbers without one, 1 to 3 digits.</param>
public sealed class PhoneFormatter(PhoneFormat format, string defaultCallingCode)
{
    /// <summary>Warning: a number outside calling code 1 was written as E.164, since the format has no form for it.</summary>
    public const string NotUs = "PHONE_NOT_US";

    /// <summary>Warning: the text is no phone number and was passed unchanged.</summary>
    public const string Unparsed = "PHONE_UNPARSED";

    private static readonly FrozenSet<string> Withheld = WithheldNumbers.All.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Writes a number.</summary>
    /// <param name="text">As given; null if there is none.</param>
    /// <param name="form">What for.</param>
    /// <returns>Its text, empty if there is none or it was withheld, and the warning that goes with it.</returns>
    public (string Text, string? Warning) Format(string? text, PhoneForm form)
    {
        if (string.IsNullOrWhiteSpace(text) || Withheld.Contains(PhoneNumber.Bare(text)))
            return ("", null);
        if (PhoneNumber.Parse(text, defaultCallingCode) is not { } number)
            return (text, Unparsed);
        return format switch
        {
            PhoneFormat.E164 => (number.E164, null),
            PhoneFormat.UsLocal or PhoneFormat.UsLocalStandard when !number.IsNorthAmerican => (number.E164, NotUs),
            PhoneFormat.UsLocal => (number.National, null),
            PhoneFormat.UsLocalStandard => ($"({number.National[..3]}) {number.National[3..6]}-{number.National[6..]}", null),
            PhoneFormat.Automatic or PhoneFormat.Unspecified when form == PhoneForm.Search => (string.Concat(NationalGroups.Of(number).Select(group => "*" + group)), null),
            _ => ($"+{number.CallingCode} {string.Join(' ', NationalGroups.Of(number))}", null),
        };
    }
}
