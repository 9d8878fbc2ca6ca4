using ContactCenter.Contracts;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Answers;
using ContactCenter.CrmConnector.Connectors;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.CrmConnector.Sessions;
using ContactCenter.Egress;
using ContactCenter.Egress.Http;
using ContactCenter.ServiceDefaults;
using Grpc.Core;

namespace ContactCenter.CrmConnector.Outbound;

/// <summary>Looks into the CRM while a caller waits: asks the endpoints that find once each, and stores and makes nothing (CRM-73).</summary>
/// <param name="requests">Makes calls of rendered requests.</param>
/// <param name="egress">Makes the calls.</param>
/// <param name="timeProvider">Now.</param>
public sealed class CrmLookup(CrmRequests requests, EgressClient egress, TimeProvider timeProvider)
{
    /// <summary>How many objects of an answer are listed.</summary>
    public const int MostListed = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Finds account and record of a user, by the same steps as those of a session (CRM-81).</summary>
    /// <param name="connector">The connector in use.</param>
    /// <param name="session">What is known of the user, with the account that they had last.</param>
    /// <param name="cancellationToken">The caller's end.</param>
    /// <returns>The same with the ids that were found, and what is to be said about them.</returns>
    /// <exception cref="RpcException">FAILED_PRECONDITION if a request cannot be made; UNAVAILABLE <c>CRM_UNAVAILABLE</c>.</exception>
    public async Task<(Session Session, IReadOnlyList<Warning> Warnings)> FindAsync(LoadedConnector connector, Session session, CancellationToken cancellationToken)
    {
        var warnings = new List<Warning>();
        if (!connector.Flows.SkipAccountLookup)
        {
            var account = VariableValue.None;
            if (!session.AccountId.IsEmpty)
                account = await AskAsync(EndpointKind.FindAccountById);
            if (account.IsEmpty)
                account = await AskAsync(EndpointKind.FindAccountByQuery);
            session = session with { AccountId = account };
            if (account.IsEmpty)
                return (session, warnings);
        }

        return (session with { RecordId = await AskAsync(EndpointKind.FindRecordByQuery) }, warnings);

        async Task<VariableValue> AskAsync(EndpointKind kind)
        {
            if (EndpointOf(connector, kind) is not { } endpoint)
                return VariableValue.None;
            var answer = await AnswerAsync(connector, endpoint, session, cancellationToken);
            if (answer?.Warning is { } warning)
                warnings.Add(new() { Code = warning, Subject = kind.ToString(), Message = "The answer has several objects; the first counts." });
            return answer?.Id ?? VariableValue.None;
        }
    }

    /// <summary>All that an endpoint finds, up to <see cref="MostListed"/> (CRM-93).</summary>
    /// <param name="connector">The connector in use.</param>
    /// <param name="kind">The endpoint; nothing is found without it.</param>
    /// <param name="session">What is looked for.</param>
    /// <param name="cancellationToken">The caller's end.</param>
    /// <returns>Each with its id, or what is wrong with it.</returns>
    /// <exception cref="RpcException">As <see cref="FindAsync"/>.</exception>
    public async Task<IReadOnlyList<Answer>> ListAsync(LoadedConnector connector, EndpointKind kind, Session session, CancellationToken cancellationToken)
    {
        if (EndpointOf(connector, kind) is not { } endpoint || await BodyAsync(connector, endpoint, session, cancellationToken) is not { } body)
            return [];
        var list = endpoint.Answer!.ReadAll(body, MostListed);
        return list.Violation is { } violation ? throw Unavailable(violation, null) : list.Objects;
    }

    // Without the id in its path an endpoint that finds by id is not asked (CRM-64).
    private static RequestTemplate? EndpointOf(LoadedConnector connector, EndpointKind kind) =>
        connector.Template.Endpoints.GetValueOrDefault(kind) is { } endpoint && (kind != EndpointKind.FindAccountById || endpoint.Url.PathVariables.Contains(Variables.AccountId)) ? endpoint : null;

    private async Task<Answer?> AnswerAsync(LoadedConnector connector, RequestTemplate endpoint, Session session, CancellationToken cancellationToken)
    {
        if (await BodyAsync(connector, endpoint, session, cancellationToken) is not { } body)
            return null;
        var answer = endpoint.Answer!.Read(body);
        return answer.Violation is { } violation ? throw Unavailable(violation, null) : answer;
    }

    // Null if nothing was found, or nothing could be looked for.
    private async Task<ReadOnlyMemory<byte>?> BodyAsync(LoadedConnector connector, RequestTemplate endpoint, Session session, CancellationToken cancellationToken)
    {
        var text = endpoint.Render(connector.Template.Values(endpoint, session, "").Value);
        // What cannot be looked for is not there (CRM-74).
        if (text.Refusal == CrmErrors.NoCriteria)
            return null;
        if (text.Refusal is { } refusal)
            throw RpcErrors.FailedPrecondition(CrmErrors.Domain, refusal, $"The request cannot be made with these values: {refusal} {text.Subject}".TrimEnd());
        var call = await requests.OfAsync(connector.Stored, endpoint, text, Guid.CreateVersion7(timeProvider.GetUtcNow()).ToString(), cancellationToken);
        var outcome = await egress.SendAsync(call, cancellationToken);
        if (outcome.Failure is { } failure)
            return failure.Decision != EgressDecision.Wait && endpoint.IsNotFound(failure.Status) ? null : throw Unavailable(failure.Reason, failure.Delay);
        return outcome.Response!.Body;
    }

    private static RpcException Unavailable(string reason, TimeSpan? delay) =>
        RpcErrors.Unavailable(CrmErrors.Domain, CrmErrors.CrmUnavailable, $"The CRM did not answer as agreed: {reason}.", delay ?? Pause);
}
