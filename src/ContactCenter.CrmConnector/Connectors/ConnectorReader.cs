using System.Text.RegularExpressions;
using ContactCenter.Contracts;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Phones;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.Egress;
using ContactCenter.Egress.Guard;
using Microsoft.Extensions.Options;
using Endpoint = ContactCenter.Crm.V1.Endpoint;

namespace ContactCenter.CrmConnector.Connectors;

/// <summary>Parses the configuration of a CRM and checks it completely; all that is wrong is found at once.</summary>
/// <param name="guard">Says which hosts may be called.</param>
/// <param name="options">Settings of the deployment.</param>
public sealed partial class ConnectorReader(EgressGuard guard, IOptions<CrmOptions> options)
{
    private const int LongestTimeout = 10;
    private const int MostHeaders = 64;
    private const int LongestState = 512;
    private const int MostMessages = 100;

    /// <summary>The endpoints that a connector has, in the order of their fields.</summary>
    /// <param name="connector">The connector.</param>
    public static IEnumerable<(EndpointKind Kind, Endpoint Endpoint, string Field)> EndpointsOf(Connector connector) =>
        from field in Endpoints.Descriptor.Fields.InFieldNumberOrder()
        where connector.Endpoints is not null
        let endpoint = (Endpoint?)field.Accessor.GetValue(connector.Endpoints)
        where endpoint is not null
        select ((EndpointKind)field.FieldNumber, endpoint, $"connector.endpoints.{field.Name}");

    /// <summary>Parses a connector.</summary>
    /// <param name="connector">As configured; its secrets are not looked at, see <see cref="ConnectorSecrets"/>.</param>
    /// <param name="findings">Takes what is wrong.</param>
    /// <returns>The parsed texts, of use only if nothing is wrong.</returns>
    public ConnectorTemplate Read(Connector connector, ConnectorFindings findings)
    {
        if (!Id().IsMatch(connector.ConnectorId))
            findings.Refuse("connector.connector_id", connector.ConnectorId.Length == 0 ? CrmErrors.FieldRequired : SharedErrors.FieldInvalid, "must be a lower-case letter and up to 62 lower-case letters, digits and hyphens");
        if (connector.InteractionMethod is not (InteractionMethod.GenericApi or InteractionMethod.CustomUrl))
            findings.Refuse("connector.interaction_method", connector.InteractionMethod == InteractionMethod.Unspecified ? CrmErrors.FieldRequired : SharedErrors.FieldInvalid, "must be GENERIC_API or CUSTOM_URL");
        CheckAuthentication(connector, findings);
        if (connector is { HasApiTimeoutSeconds: true, ApiTimeoutSeconds: < 1 or > LongestTimeout })
            findings.Refuse("connector.api_timeout_seconds", SharedErrors.FieldInvalid, $"must be 1 to {LongestTimeout}");
        if (!Enum.IsDefined(connector.QueryEscaping))
            findings.Refuse("connector.query_escaping", SharedErrors.FieldInvalid, "must be NONE or BACKSLASH");
        var accountUrl = ReadLookup("account", connector.LookupUrls?.Account, Variables.AccountId, findings);
        var recordUrl = ReadLookup("record", connector.LookupUrls?.Record, Variables.RecordId, findings);
        CheckChoices(connector, findings);
        CheckTiers(connector, findings);

        var reader = new EndpointReader(guard, findings, connector.QueryEscaping == QueryEscaping.Backslash, connector.Upload);
        var endpoints = new Dictionary<EndpointKind, RequestTemplate>();
        foreach (var (kind, endpoint, field) in EndpointsOf(connector))
        {
            if (reader.Read(kind, endpoint, field) is { } template)
                endpoints.Add(kind, template);
        }

        if (connector.Flows is { SdkSessions: true } && endpoints.TryGetValue(EndpointKind.CreateAccount, out var create) && !create.Variables.Contains(Variables.SdkIdentifier))
            findings.Refuse("connector.endpoints.create_account", CrmErrors.SdkIdentifierRequired, "has to use {SDK_IDENTIFIER}, since sessions come from an SDK");
        return new(
            endpoints,
            ReadPhone(connector.Phone, "connector.phone", findings),
            ReadTicket("subject", connector.Ticket?.Subject, findings),
            ReadTicket("description", connector.Ticket?.Description, findings))
        {
            Upload = new UploadReader(guard, findings).Read(connector.Upload, connector.Endpoints?.UploadFile is not null),
            AccountUrl = accountUrl,
            RecordUrl = recordUrl,
        };
    }

    /// <summary>Reads how phone numbers are written.</summary>
    /// <param name="phone">As configured; null for the defaults.</param>
    /// <param name="field">Its path.</param>
    /// <param name="findings">Takes what is wrong.</param>
    public static PhoneFormatter ReadPhone(PhoneSettings? phone, string field, ConnectorFindings findings)
    {
        phone ??= new();
        if (!Enum.IsDefined(phone.Format))
            findings.Refuse($"{field}.format", SharedErrors.FieldInvalid, "must be AUTOMATIC, E164, US_LOCAL, US_LOCAL_STANDARD or INTERNATIONAL");
        if (!CallingCode().IsMatch(phone.DefaultCallingCode))
            findings.Refuse($"{field}.default_calling_code", SharedErrors.FieldInvalid, "must be 1 to 3 digits, the first not 0");
        return new(phone.Format, phone.DefaultCallingCode.Length > 0 ? phone.DefaultCallingCode : "1");
    }

    private void CheckAuthentication(Connector connector, ConnectorFindings findings)
    {
        const string Field = "connector.authentication";
        switch (connector.Authentication?.MethodCase ?? Authentication.MethodOneofCase.None)
        {
            case Authentication.MethodOneofCase.Basic:
                var username = connector.Authentication!.Basic.Username;
                if (username.Length == 0)
                    findings.Refuse($"{Field}.basic.username", CrmErrors.FieldRequired, "is required");
                else if (username.Contains(':', StringComparison.Ordinal) || username.Any(char.IsControl))
                    findings.Refuse($"{Field}.basic.username", SharedErrors.FieldInvalid, "must not have a colon or a control character");
                break;
            case Authentication.MethodOneofCase.CustomHeaders:
                CheckHeaders(connector.Authentication!.CustomHeaders, $"{Field}.custom_headers.headers", findings);
                break;
            case Authentication.MethodOneofCase.Oauth2:
                CheckOAuth2(connector.Authentication!.Oauth2, $"{Field}.oauth2", findings);
                break;
            case var _ when EndpointsOf(connector).Any():
                findings.Refuse(Field, CrmErrors.FieldRequired, "must be basic, custom_headers or oauth2");
                break;
            default:
                break;
        }
    }

    private void CheckOAuth2(OAuth2Authentication oauth, string field, ConnectorFindings findings)
    {
        CheckUrl("authorization_url", oauth.AuthorizationUrl, url =>
        {
            if (url.Protocol != EgressProtocol.Https)
                findings.Refuse($"{field}.authorization_url", CrmErrors.UrlInvalid, "a browser opens https alone");
        });
        CheckUrl("token_url", oauth.TokenUrl, guard.CheckUrl);
        if (oauth.ClientId.Length == 0)
            findings.Refuse($"{field}.client_id", CrmErrors.FieldRequired, "is required");
        if (oauth.State.Length > LongestState)
            findings.Refuse($"{field}.state", SharedErrors.FieldInvalid, $"must have at most {LongestState} characters");
        if (oauth.IncludeRedirectUrl && options.Value.PublicBaseUrl.Length == 0)
            findings.Refuse($"{field}.include_redirect_url", SharedErrors.FieldInvalid, "the deployment has no Crm:PublicBaseUrl to send");
        if (!Enum.IsDefined(oauth.ClientAuthentication))
            findings.Refuse($"{field}.client_authentication", SharedErrors.FieldInvalid, "must be BODY or BASIC");
        if (HeaderRules.Violation("Authorization", oauth.TokenPrefix) is { } prefix)
            findings.Refuse($"{field}.token_prefix", SharedErrors.FieldInvalid, prefix);

        void CheckUrl(string name, string text, Action<EgressUrl> check)
        {
            if (text.Length == 0)
            {
                findings.Refuse($"{field}.{name}", CrmErrors.FieldRequired, "is required");
                return;
            }

            try
            {
                check(EgressUrl.Parse(text));
            }
            catch (EgressException exception)
            {
                findings.Refuse($"{field}.{name}", CrmErrors.UrlInvalid, exception.Failure.Detail);
            }
        }
    }

    private static void CheckHeaders(CustomHeaders headers, string field, ConnectorFindings findings)
    {
        if (headers.Headers.Count is 0 or > MostHeaders)
            findings.Refuse(field, SharedErrors.FieldInvalid, $"must be 1 to {MostHeaders}");
        var keys = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < Math.Min(headers.Headers.Count, MostHeaders); i++)
        {
            var header = headers.Headers[i];
            if (HeaderRules.Violation(header.Key, "") is { } name)
                findings.Refuse($"{field}[{i}].key", SharedErrors.FieldInvalid, name);
            else if (header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
                findings.Refuse($"{field}[{i}].key", SharedErrors.FieldInvalid, "The header Content-Type cannot be set.");
            else if (HeaderRules.Violation(header.Key, header.Value) is { } value)
                findings.Refuse($"{field}[{i}].value", SharedErrors.FieldInvalid, value);
            if (!keys.Add(header.Key))
                findings.Refuse($"{field}[{i}].key", SharedErrors.FieldInvalid, "stands there already; case does not count");
        }
    }

    private static void CheckChoices(Connector connector, ConnectorFindings findings)
    {
        if (!Enum.IsDefined(connector.Ordering))
            findings.Refuse("connector.ordering", SharedErrors.FieldInvalid, "must be SKIP_DEAD or STRICT");
        if (connector.Flows?.DelayChatUntilMessages is < 0 or > MostMessages)
            findings.Refuse("connector.flows.delay_chat_until_messages", SharedErrors.FieldInvalid, $"must be 0 to {MostMessages}");
        if (connector.Flows is { } flows && !Enum.IsDefined(flows.RecordReuse))
            findings.Refuse("connector.flows.record_reuse", SharedErrors.FieldInvalid, "must be NEVER, ANY_FOUND, OPEN_FOUND or SAME_LEAF_QUEUE");
        if (connector.Flows?.UpdateTriggers?.Triggers.Any(trigger => !Enum.IsDefined(trigger) || trigger == UpdateTrigger.Unspecified) is true)
            findings.Refuse("connector.flows.update_triggers.triggers", SharedErrors.FieldInvalid, "must be RATING_SAVED, SESSION_ENDED, QUEUE_SELECTED or USER_VERIFIED each");
        if (connector.Comments?.SwitchedOff.Any(kind => !Enum.IsDefined(kind) || kind == CommentKind.Unspecified) is true)
            findings.Refuse("connector.comments.switched_off", SharedErrors.FieldInvalid, "must be kinds of comments");
    }

    private UrlTemplate? ReadLookup(string name, string? url, Variable id, ConnectorFindings findings)
    {
        if (string.IsNullOrEmpty(url))
            return null;
        var problems = new List<ParseProblem>();
        var template = UrlTemplate.Parse(url, Places.LookupUrl, guard, problems);
        findings.Refuse($"connector.lookup_urls.{name}", problems);
        if (template is not null && !template.Variables.Contains(id))
            findings.Refuse($"connector.lookup_urls.{name}", SharedErrors.FieldInvalid, $"must have {id}");
        return template;
    }

    // Each tier needs the one before it (CRM-5), but for what the flows waive (CRM-6).
    private static void CheckTiers(Connector connector, ConnectorFindings findings)
    {
        var endpoints = connector.Endpoints ?? new();
        var flows = connector.Flows ?? new();
        var record = endpoints.FindRecordByQuery is not null || endpoints.CreateRecord is not null;
        var writing = endpoints.UpdateRecord is not null || endpoints.Comment is not null || endpoints.UploadFile is not null;
        Need((record || writing) && !flows.SkipAccountLookup, endpoints.FindAccountByQuery, "find_account_by_query");
        Need((record || writing) && !flows.SkipAccountCreation, endpoints.CreateAccount, "create_account");
        Need(writing || endpoints.CreateRecord is not null, endpoints.FindRecordByQuery, "find_record_by_query");
        Need((writing || endpoints.FindRecordByQuery is not null) && !flows.SkipRecordCreation, endpoints.CreateRecord, "create_record");

        void Need(bool needed, Endpoint? endpoint, string name)
        {
            if (needed && endpoint is null)
                findings.Refuse($"connector.endpoints.{name}", CrmErrors.TierIncomplete, "is needed by endpoints that are configured");
        }
    }

    private static Template? ReadTicket(string name, string? text, ConnectorFindings findings)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var problems = new List<ParseProblem>();
        var template = ExpressionParser.ParseText(text, Places.Ticket, problems);
        findings.Refuse($"connector.ticket.{name}", problems);
        return template;
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}\\z")]
    private static partial Regex Id();

    [GeneratedRegex("^([1-9][0-9]{0,2})?\\z")]
    private static partial Regex CallingCode();
}
