using System.ComponentModel.DataAnnotations;
using System.Text;

namespace ContactCenter.InsightsEnrichment.Customers;

/// <summary>Settings under <c>Customers</c>: how conversations find their customer.</summary>
public sealed class CustomerOptions : IValidatableObject
{
    /// <summary>Fewest bytes of <see cref="IdKey"/>.</summary>
    public const int ShortestIdKey = 16;

    /// <summary>Secret from which customer ids are derived, taken as UTF-8; required, and never to be changed once there is data (INS-81).</summary>
    public string IdKey { get; set; } = "";

    /// <summary>Calling code of phone numbers without one: digits, default 1 (INS-85).</summary>
    [RegularExpression("^[1-9][0-9]{0,2}$", ErrorMessage = "Customers:DefaultCallingCode must be 1 to 3 digits and not begin with 0.")]
    public string DefaultCallingCode { get; set; } = LinkKeys.NorthAmerica;

    /// <summary>Values that name nobody, compared without case; empty means the list of INS-87.</summary>
    public IList<string> AnonymousValues { get; set; } = [];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Encoding.UTF8.GetByteCount(IdKey) < ShortestIdKey)
            yield return new($"Customers:IdKey must be given and have at least {ShortestIdKey} bytes.", [nameof(IdKey)]);
    }
}
