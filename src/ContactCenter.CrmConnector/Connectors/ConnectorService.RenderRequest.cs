using ContactCenter.Contracts;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.CrmConnector.Sessions;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Connectors;

public sealed partial class ConnectorService
{
    private const string Masked = "***";

    /// <inheritdoc />
    public override async Task<V1.RenderRequestResponse> RenderRequest(V1.RenderRequestRequest request, ServerCallContext context)
    {
        if (request.Endpoint == V1.EndpointKind.Unspecified)
            throw RpcErrors.InvalidArgument(Domain, CrmErrors.FieldRequired, "endpoint", "is required");
        var (stored, endpoint, values) = await PrepareAsync(request.ConnectorId, request.Endpoint, request.Session, context);
        var text = endpoint.Render(values.Value, endpoint.Upload == V1.UploadType.Unspecified ? null : SampleSessions.FileOf(request.Session));
        var rendered = new V1.RenderedRequest
        {
            Method = endpoint.Method,
            Url = text.Url,
            Body = text.ShownBody,
            DroppedParameters = { text.Dropped },
            NotSentReason = text.Refusal ?? "",
            NotSentSubject = text.Subject,
            Warnings = { WarningsOf(values) },
        };
        if (text.Refusal is null)
            rendered.Headers.AddRange(HeadersOf(stored.Definition, endpoint, text));
        return new() { Request = rendered };
    }

    private static IEnumerable<V1.Warning> WarningsOf(SessionVariables values) =>
        values.Warnings.Select(warning => new V1.Warning { Code = warning.Code, Subject = warning.Variable.Name, Message = MessageOf(warning.Code) });

    private static string MessageOf(string code) => code switch
    {
        VariableValue.Truncated => $"The value was cut at {VariableValue.LongestText:N0} characters.",
        Phones.PhoneFormatter.NotUs => "The format has no form for numbers outside calling code 1; the number was written as E.164.",
        _ => "The text is no phone number and was left as it is.",
    };

    private static IEnumerable<V1.RenderedHeader> HeadersOf(V1.Connector connector, RequestTemplate endpoint, RequestText text)
    {
        if (connector.Authentication.Oauth2 is not null)
            yield return new() { Key = "Authorization", Value = Masked };
        foreach (var header in CrmRequests.HeadersOf(connector.Authentication, _ => ""))
            yield return new() { Key = header.Key, Value = Masked };
        yield return new() { Key = "Accept", Value = JsonText.MediaType };
        if (text.ContentType.Length > 0)
            yield return new() { Key = "Content-Type", Value = text.ContentType };
        if (CrmRequests.HasIdempotencyKey(connector, endpoint))
            yield return new() { Key = "Idempotency-Key", Value = "{operation id}" };
    }

    /// <summary>The endpoint of a stored connector, with the values of its variables for a session.</summary>
    private async Task<(StoredConnector Stored, RequestTemplate Endpoint, SessionVariables Values)> PrepareAsync(
        string connectorId, V1.EndpointKind kind, V1.SampleSession? sample, ServerCallContext context)
    {
        var session = SampleSessions.Read(sample);
        var stored = await FindAsync(connectorId, context);
        var findings = new ConnectorFindings();
        var connector = reader.Read(stored.ToMessage(), findings);
        findings.ThrowIfRefused();
        return connector.Endpoints.TryGetValue(kind, out var endpoint)
            ? (stored, endpoint, connector.Values(endpoint, session, sample?.CommentBody ?? ""))
            : throw RpcErrors.FailedPrecondition(Domain, CrmErrors.EndpointNotConfigured, "The connector has no such endpoint.");
    }
}
