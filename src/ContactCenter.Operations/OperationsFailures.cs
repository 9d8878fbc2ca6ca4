using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.DeadLetters;
using ContactCenter.Durable.Retries;
using ContactCenter.Egress.Destinations;
using ContactCenter.Egress.OAuth;
using ContactCenter.Egress.Secrets;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace ContactCenter.Operations;

/// <summary>Turns what the desks of Durable, Egress and the callers throw into the errors of <c>operations_service.proto</c>.</summary>
internal sealed class OperationsFailures : Interceptor
{
    private const string Domain = OperationsErrors.Domain;

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception failure) when (ErrorOf(failure) is { } error)
        {
            throw error;
        }
    }

    private static RpcException? ErrorOf(Exception failure) => failure switch
    {
        JobNotFoundException => RpcErrors.Create(StatusCode.NotFound, Domain, OperationsErrors.JobNotFound, failure.Message),
        JobStateException => Refused(OperationsErrors.JobNotWaiting, failure),
        DeadLetterNotFoundException missing => NotFound(OperationsErrors.DeadLetterNotFound, "dead_letter", missing.Id.ToString()),
        DeadLetterStateException { State: DeadLetterState.Pending } => Refused(OperationsErrors.DeadLetterUnreadable, failure),
        DeadLetterStateException => Refused(OperationsErrors.DeadLetterNotPending, failure),
        ReplayTokenException => Refused(OperationsErrors.ReplayTokenInvalid, failure),
        ReplayNotFoundException missing => NotFound(OperationsErrors.ReplayNotFound, "replay", missing.Id.ToString()),
        ReplayDoneException => Refused(OperationsErrors.ReplayDone, failure),
        PolicyException policy => ErrorOf(policy),
        DestinationNotFoundException => RpcErrors.Create(StatusCode.NotFound, Domain, OperationsErrors.DestinationNotFound, failure.Message),
        DestinationChangedException => RpcErrors.Aborted(Domain, OperationsErrors.EtagMismatch, failure.Message),
        DestinationInvalidException invalid => RpcErrors.InvalidArgument(
            Domain, SharedErrors.FieldInvalid, [.. invalid.Violations.Select(violation => ($"settings.{violation.Field}", violation.Description))]),
        SecretInvalidException invalid => Invalid(SharedErrors.FieldInvalid, invalid.Field, invalid.Message),
        GrantNotFoundException => RpcErrors.Create(StatusCode.NotFound, Domain, OperationsErrors.GrantNotFound, failure.Message),
        GrantKindException => Refused(OperationsErrors.GrantKindWrong, failure),
        ApiKeyFieldException invalid => Invalid(SharedErrors.FieldInvalid, invalid.Field, invalid.Description),
        ApiKeyNotFoundException missing => NotFound(OperationsErrors.ApiKeyNotFound, "api_key", missing.Id),
        ApiKeyStateException => Refused(OperationsErrors.ApiKeyNotValid, failure),
        _ => null,
    };

    private static RpcException ErrorOf(PolicyException failure) => failure.Error switch
    {
        PolicyError.Invalid => Invalid(SharedErrors.FieldInvalid, $"policy.{failure.Field}", failure.Message),
        PolicyError.NotFound => RpcErrors.Create(StatusCode.NotFound, Domain, OperationsErrors.PolicyNotFound, failure.Message),
        PolicyError.Exists => RpcErrors.AlreadyExists(Domain, OperationsErrors.PolicyExists, failure.Message),
        PolicyError.Changed => RpcErrors.Aborted(Domain, OperationsErrors.EtagMismatch, failure.Message),
        PolicyError.InUse => Refused(OperationsErrors.PolicyInUse, failure),
        _ => Refused(OperationsErrors.PolicyReadOnly, failure),
    };

    private static RpcException NotFound(string reason, string type, string id) => RpcErrors.NotFound(Domain, reason, type, id);

    private static RpcException Refused(string reason, Exception failure) => RpcErrors.FailedPrecondition(Domain, reason, failure.Message);

    private static RpcException Invalid(string reason, string field, string description) => RpcErrors.InvalidArgument(Domain, reason, field, description);
}
