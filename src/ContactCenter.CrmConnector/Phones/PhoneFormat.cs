namespace ContactCenter.CrmConnector.Phones;

/// <summary>How a CRM wants phone numbers (CRM-25); the numbers are those of the contract.</summary>
public enum PhoneFormat
{
    /// <summary><c>+1 222 333 4444</c>, and <c>*222*333*4444</c> to search with.</summary>
    Automatic = 1,

    /// <summary><c>+12223334444</c>.</summary>
    E164 = 2,

    /// <summary><c>2223334444</c>; numbers outside calling code 1 as <see cref="E164"/>.</summary>
    UsLocal = 3,

    /// <summary><c>(222) 333-4444</c>; numbers outside calling code 1 as <see cref="E164"/>.</summary>
    UsLocalStandard = 4,

    /// <summary><c>+1 222 333 4444</c>.</summary>
    International = 5,
}

/// <summary>What a number is written for (CRM-26).</summary>
public enum PhoneForm
{
    /// <summary>To be stored by the CRM.</summary>
    Creation,

    /// <summary>To be searched for in the CRM.</summary>
    Search,
}
