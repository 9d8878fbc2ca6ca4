using System.Security.Cryptography;
using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Idempotency;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using ContactCenter.WfmConnector.AgentStates;
using ContactCenter.WfmConnector.Catalogue;
using Dapper;
using Google.Protobuf;
using Grpc.Core;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Mappings;

/// <summary>Keeps how agents, activities, channels and queues are called in CXone; <c>mapping_service.proto</c> is its specification.</summary>
/// <param name="database">The service's database.</param>
/// <param name="states">Told of agents who are called otherwise now.</param>
/// <param name="catalogue">Knows what CXone has to know.</param>
/// <param name="calls">Runs changes once per request_id.</param>
/// <param name="timeProvider">Now.</param>
public sealed partial class MappingService(DurableDatabase database, AgentStateStore states, CatalogueStore catalogue, IdempotentCalls calls, TimeProvider timeProvider)
    : V1.MappingService.MappingServiceBase
{
    private const string Domain = WfmErrors.Domain;
    private const int LongestId = 64;
    private const int LongestName = 128;
    private const int EtagBytes = 8;

    private static readonly Paging Pages = new(Domain);

    /// <summary>Names a mapping as it is by what it says.</summary>
    private static T Stamp<T>(T mapping)
        where T : IMessage
    {
        var etag = mapping.Descriptor.FindFieldByName("etag").Accessor;
        etag.SetValue(mapping, "");
        etag.SetValue(mapping, Convert.ToHexStringLower(SHA256.HashData(mapping.ToByteArray()).AsSpan(0, EtagBytes)));
        return mapping;
    }

    private static void CheckEtag(string wanted, string stored)
    {
        if (wanted != stored)
            throw RpcErrors.Aborted(Domain, WfmErrors.EtagMismatch, $"The mapping was changed: its etag is {stored} now.");
    }

    /// <summary>Reads a page of what is listed by one text.</summary>
    /// <param name="filter">What the list is narrowed by.</param>
    /// <param name="page">Size and token of the request.</param>
    /// <param name="sql">Selects what lies behind <c>@after</c>, in that order, up to <c>@limit</c>.</param>
    /// <param name="keyOf">The text.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>The rows, and the token of the next page; empty on the last.</returns>
    private async Task<(IReadOnlyList<T> Rows, string NextPageToken)> PageAsync<T>(
        IMessage filter, (int Size, string Token) page, string sql, Func<T, string> keyOf, CancellationToken cancellationToken)
    {
        var size = Pages.Size(page.Size);
        var after = Pages.Position(page.Token, filter, 1)?[0] ?? "";
        await using var connection = await database.OpenAsync(cancellationToken);
        var rows = (await connection.QueryAsync<T>(new CommandDefinition(sql, new { after, limit = size + 1 }, cancellationToken: cancellationToken))).AsList();
        return rows.Count > size ? (rows[..size], Paging.Token(filter, keyOf(rows[size - 1]))) : (rows, "");
    }

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
