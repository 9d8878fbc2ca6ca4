using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Phones;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.CrmConnector.Sessions;

namespace ContactCenter.CrmConnector.Connectors;

/// <summary>A connector whose texts are parsed, ready to render requests.</summary>
/// <param name="Endpoints">Those that are configured.</param>
/// <param name="Phones">Writes phone numbers.</param>
/// <param name="Subject">Template of the title of records; null for the default.</param>
/// <param name="Description">Template of their description; null for the default.</param>
public sealed record ConnectorTemplate(
    IReadOnlyDictionary<EndpointKind, RequestTemplate> Endpoints, PhoneFormatter Phones, Template? Subject, Template? Description)
{
    /// <summary>How files are attached to records; null for not at all.</summary>
    public UploadTemplate? Upload { get; init; }

    /// <summary>Where a browser shows an account; null for nowhere.</summary>
    public UrlTemplate? AccountUrl { get; init; }

    /// <summary>Where a browser shows a record; null for nowhere.</summary>
    public UrlTemplate? RecordUrl { get; init; }

    /// <summary>The values of the variables in a request of an endpoint.</summary>
    /// <param name="endpoint">The endpoint: finds write phone numbers to search for (CRM-26).</param>
    /// <param name="session">The session that the request is about.</param>
    /// <param name="commentBody">Text of the comment that is added; empty for none.</param>
    public SessionVariables Values(RequestTemplate endpoint, Session session, string commentBody) =>
        new(session, Phones, endpoint.IsFind ? PhoneForm.Search : PhoneForm.Creation, Subject, Description, commentBody);

    /// <summary>The address of an account or record for people.</summary>
    /// <param name="url"><see cref="AccountUrl"/> or <see cref="RecordUrl"/>.</param>
    /// <param name="session">The session with its ids.</param>
    /// <returns>Null without an address or an id.</returns>
    public string? Address(UrlTemplate? url, Session session)
    {
        var values = new SessionVariables(session, Phones, PhoneForm.Creation, null, null, "");
        return url?.Render(values.Value, []) is { Refusal: null } rendered ? rendered.Text : null;
    }
}
