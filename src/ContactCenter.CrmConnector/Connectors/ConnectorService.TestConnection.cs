using ContactCenter.Contracts;
using ContactCenter.CrmConnector.Answers;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.Egress;
using ContactCenter.ServiceDefaults;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Connectors;

public sealed partial class ConnectorService
{
    private const int TestsPerMinute = 6;

    private static readonly TimeSpan NextTest = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    public override async Task<V1.TestConnectionResponse> TestConnection(V1.TestConnectionRequest request, ServerCallContext context)
    {
        if (!RequestTemplate.IsFindKind(request.Endpoint))
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "endpoint", "must be one that finds, since a test changes nothing");
        var (stored, endpoint, values) = await PrepareAsync(request.ConnectorId, request.Endpoint, request.Session, context);
        var text = endpoint.Render(values.Value);
        if (text.Refusal is { } refusal)
            throw RpcErrors.FailedPrecondition(Domain, refusal, $"The request is not sent with this session: {refusal} {text.Subject}".TrimEnd());
        await using (var transaction = await database.BeginAsync(context.CancellationToken))
        {
            Audit(transaction, context, "connectors.test", stored.ConnectorId, requestId: "");
            await transaction.CommitAsync(context.CancellationToken);
        }

        var call = await requests.OfAsync(stored, endpoint, text, Guid.CreateVersion7(timeProvider.GetUtcNow()).ToString(), context.CancellationToken);
        var begin = timeProvider.GetTimestamp();
        var outcome = await tester.SendAsync(call, $"connectors/{stored.ConnectorId}", TestsPerMinute, context.CancellationToken)
            ?? throw RpcErrors.ResourceExhausted(Domain, CrmErrors.TooManyTests, $"A connector is tested at most {TestsPerMinute} times a minute.", NextTest);
        var answer = outcome.IsSuccess ? endpoint.Answer!.Read(outcome.Response.Body) : null;
        // Of the answer nothing is told but this (CRM-143).
        return new()
        {
            ErrorClass = outcome.Failure?.PolicyName ?? "",
            Reason = outcome.Failure?.Reason ?? "",
            StatusClass = (outcome.Response?.Status ?? outcome.Failure?.Status) is { } status ? $"{status / 100}xx" : "",
            Duration = timeProvider.GetElapsedTime(begin).ToDuration(),
            Found = answer?.Id is not null,
            Violation = outcome.Failure is { Class: ErrorClass.TooLarge } ? AnswerReader.TooLarge : answer?.Violation ?? "",
        };
    }
}
