namespace ContactCenter.CrmConnector.Phones;

/// <summary>What a number is written for (CRM-26).</summary>
public enum PhoneForm
{
    /// <summary>To be stored by the CRM.</summary>
    Creation,

    /// <summary>To be searched for in the CRM.</summary>
    Search,
}
