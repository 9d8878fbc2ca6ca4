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
    /// <summary>The values of the variables in a request of an endpoint.</summary>
    /// <param name="endpoint">The endpoint: finds write phone numbers to search for (CRM-26).</param>
    /// <param name="session">The session that the request is about.</param>
    /// <param name="commentBody">Text of the comment that is added; empty for none.</param>
    public SessionVariables Values(RequestTemplate endpoint, Session session, string commentBody) =>
        new(session, Phones, endpoint.IsFind ? PhoneForm.Search : PhoneForm.Creation, Subject, Description, commentBody);
}
