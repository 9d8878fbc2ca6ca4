namespace ContactCenter.CrmConnector.Rendering;

/// <summary>A name in braces that stands for a value of a session; <see cref="Variables"/> has all of them.</summary>
/// <param name="Name">Its name without braces, as the specification spells it.</param>
/// <param name="Places">Where it may be used.</param>
public sealed record Variable(string Name, Places Places)
{
    /// <summary>Whether end users write its text themselves, so that it may hold operators of a CRM's query language (CRM-60).</summary>
    public bool IsEndUserText { get; init; }

    /// <summary>Whether a find can be narrowed by it (CRM-74).</summary>
    public bool IsCriterion { get; init; }

    /// <inheritdoc />
    public override string ToString() => $"{{{Name}}}";
}

/// <summary>Where variables are used.</summary>
[Flags]
public enum Places
{
    /// <summary>Nowhere.</summary>
    None = 0,

    /// <summary>URL and parameters of every endpoint.</summary>
    Endpoint = 1,

    /// <summary>URL and parameters of the comment endpoint.</summary>
    Comment = 2,

    /// <summary>The pages of an account or a record.</summary>
    LookupUrl = 4,

    /// <summary>Subject and description of a record.</summary>
    Ticket = 8,

    /// <summary>Parameters of the upload endpoint.</summary>
    Upload = 16,

    /// <summary>Where a file can be got that was uploaded.</summary>
    Attachment = 32,
}
