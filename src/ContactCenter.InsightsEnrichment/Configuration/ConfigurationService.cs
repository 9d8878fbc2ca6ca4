using System.Text;
using ContactCenter.Contracts;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Idempotency;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Configuration;

/// <summary>Moves configuration between deployments (INS-140); <c>configuration_service.proto</c> is its specification.</summary>
/// <param name="settings">The settings of this deployment.</param>
/// <param name="store">The imported configuration.</param>
/// <param name="current">The same, as this process knows it.</param>
/// <param name="calls">Runs changes once per request_id.</param>
/// <param name="timeProvider">Time of imports.</param>
internal sealed class ConfigurationService(
    IConfiguration settings, ConfigurationStore store, CurrentConfiguration current, IdempotentCalls calls, TimeProvider timeProvider) : V1.ConfigurationService.ConfigurationServiceBase
{
    private const string Domain = InsightsErrors.Domain;
    private const string Field = "document";
    private const int LongestDocument = 256 * 1024;

    /// <inheritdoc />
    public override async Task<V1.ExportConfigurationResponse> ExportConfiguration(V1.ExportConfigurationRequest request, ServerCallContext context)
    {
        var imported = await store.ReadAsync(context.CancellationToken);
        return new()
        {
            Document = InEffect(imported).ToJson(),
            Etag = imported.Etag,
            ImportTime = imported.Version == 0 ? null : imported.ImportTime.ToTimestamp(),
            ImportedBy = imported.ImportedBy,
        };
    }

    /// <inheritdoc />
    public override async Task<V1.ImportConfigurationResponse> ImportConfiguration(V1.ImportConfigurationRequest request, ServerCallContext context)
    {
        var document = Read(request.Document);
        var response = await calls.RunAsync(context, request, async transaction =>
        {
            var before = await ConfigurationStore.HoldAsync(transaction.Connection);
            if (request.Etag.Length > 0 && request.Etag != before.Etag)
                throw RpcErrors.Aborted(Domain, InsightsErrors.EtagMismatch, "Another document was imported since; export it again.");
            var answer = new V1.ImportConfigurationResponse { Etag = before.Etag };
            answer.Differences.AddRange(InEffect(before).DifferencesTo(document.Over(ConfigurationDocument.Of(settings)))
                .Select(difference => new V1.ConfigurationDifference { Path = difference.Path, Before = difference.Before, After = difference.After }));
            if (request.DryRun)
                return answer;
            var now = timeProvider.GetUtcNow();
            var actor = context.GetCaller().Actor;
            var after = new ImportedConfiguration { Version = before.Version + 1, Document = document.ToJson(), ImportedBy = actor, ImportTime = now.UtcDateTime };
            await ConfigurationStore.WriteAsync(transaction.Connection, after);
            transaction.Audit(new AuditEntry(
                actor, "configuration.import", $"configuration/{after.Etag}", request.RequestId, Details: new() { ["changed"] = string.Join(' ', answer.Differences.Select(one => one.Path)) }));
            answer.Etag = after.Etag;
            return answer;
        });
        await current.RefreshAsync(context.CancellationToken);
        return response;
    }

    private ConfigurationDocument InEffect(ImportedConfiguration imported) => ConfigurationDocument.Read(imported.Document).Over(ConfigurationDocument.Of(settings));

    private static ConfigurationDocument Read(string text)
    {
        if (text.Length == 0)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, Field, "is required");
        if (Encoding.UTF8.GetByteCount(text) > LongestDocument)
            throw RpcErrors.InvalidArgument(Domain, InsightsErrors.ConfigurationInvalid, Field, "must have at most 256 KiB");
        return ConfigurationDocument.TryRead(text, out var document) is not var (path, fault)
            ? document
            : throw RpcErrors.InvalidArgument(Domain, InsightsErrors.ConfigurationInvalid, path.Length > 0 ? $"{Field}.{path}" : Field, fault);
    }
}
