using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Idempotency;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using ContactCenter.WfmConnector.AgentStates;
using Grpc.Core;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Mappings;

/// <summary>Keeps how agents, activities, channels and queues are called in CXone; <c>mapping_service.proto</c> is its specification.</summary>
/// <param name="database">The service's database.</param>
/// <param name="states">Told of agents who are called otherwise now.</param>
/// <param name="calls">Runs changes once per request_id.</param>
/// <param name="timeProvider">Now.</param>
public sealed partial class MappingService(DurableDatabase database, AgentStateStore states, IdempotentCalls calls, TimeProvider timeProvider)
    : V1.MappingService.MappingServiceBase
{
    private const string Domain = WfmErrors.Domain;
    private const int LongestId = 64;
    private const int LongestName = 128;

    private static readonly Paging Pages = new(Domain);

    private static RpcException Exists(string kind, string key) => RpcErrors.AlreadyExists(Domain, WfmErrors.MappingExists, $"There is a mapping of the {kind} '{key}'.");

    private static RpcException NotFound(string kind, string key) => RpcErrors.NotFound(Domain, WfmErrors.MappingNotFound, kind, key);

    private static void Audit(DurableTransaction transaction, ServerCallContext context, string action, string resource, string requestId) =>
        transaction.Audit(new AuditEntry(context.GetCaller().Actor, action, resource, requestId));

    /// <summary>Gathers what is wrong with a request, to be told at once.</summary>
    private sealed class Faults(string prefix)
    {
        private readonly List<(string Field, string Reason, string Description)> _faults = [];

        public Faults Text(string text, string field, int longest, bool isRequired = true)
        {
            Refuse(isRequired && text.Length == 0, field, "is required", WfmErrors.FieldRequired);
            Refuse(text.Length > longest, field, $"must have at most {longest} characters");
            return this;
        }

        public Faults Refuse(bool isWrong, string field, string description, string reason = SharedErrors.FieldInvalid)
        {
            if (isWrong)
                _faults.Add(($"{prefix}.{field}", reason, description));
            return this;
        }

        public void Throw()
        {
            if (_faults.Count > 0)
                throw RpcErrors.InvalidArgument(Domain, _faults);
        }
    }
}
