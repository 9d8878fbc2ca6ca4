using ContactCenter.Contracts;
using ContactCenter.Durable;
using ContactCenter.Durable.Audit;
using ContactCenter.Durable.Idempotency;
using ContactCenter.Egress.Http;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using ContactCenter.Storage.V1;
using ContactCenter.StorageExport.Files;
using Grpc.Core;
using SessionFileKind = ContactCenter.StorageExport.Files.SessionFileKind;
using V1 = ContactCenter.Storage.V1;

namespace ContactCenter.StorageExport.Stores;

/// <summary>Keeps the settings of the external store; <c>store_service.proto</c> is its specification.</summary>
/// <param name="store">Where the settings are.</param>
/// <param name="sftp">Reaches servers.</param>
/// <param name="tester">Tries settings out.</param>
/// <param name="liveTests">Limits how often.</param>
/// <param name="database">The service's database.</param>
/// <param name="calls">Runs changes once per request_id.</param>
/// <param name="timeProvider">Now.</param>
internal sealed class StoreService(
    SettingsStore store, SftpStore sftp, StoreTester tester, LiveTester liveTests, DurableDatabase database, IdempotentCalls calls, TimeProvider timeProvider)
    : V1.StoreService.StoreServiceBase
{
    private const string Domain = StorageErrors.Domain;
    private const int TestsPerMinute = 10;

    /// <inheritdoc />
    public override async Task<GetStoreResponse> GetStore(GetStoreRequest request, ServerCallContext context)
    {
        await using var connection = await database.OpenAsync(context.CancellationToken);
        if (await SettingsStore.FindAsync(connection) is not { } stored)
            return new();
        return new() { Store = stored.ToMessage(), Health = (await StoreHealth.ReadAsync(connection))?.ToMessage(timeProvider.GetUtcNow()) };
    }

    /// <inheritdoc />
    public override async Task<GetBacklogResponse> GetBacklog(GetBacklogRequest request, ServerCallContext context)
    {
        await using var connection = await database.OpenAsync(context.CancellationToken);
        return new() { Kinds = { await Backlog.ReadAsync(connection, timeProvider.GetUtcNow()) } };
    }

    /// <inheritdoc />
    public override async Task<UpdateStoreResponse> UpdateStore(UpdateStoreRequest request, ServerCallContext context)
    {
        var wanted = request.Store ?? throw RpcErrors.InvalidArgument(Domain, StorageErrors.FieldRequired, "store", "is required");
        if (wanted is { AlsoSendToCrm: true, Enabled: false })
            throw RpcErrors.FailedPrecondition(Domain, StorageErrors.StorageDisabled, "Files are also sent to the CRM only while they are stored.");
        // Before the transaction, which is not to be open while a server is asked.
        var settings = await ReadAsync(wanted, context.CancellationToken);
        if (settings.Pins.Count == 0)
            await ShowKeysAsync(settings, context.CancellationToken);
        return await calls.RunAsync(context, request, async transaction =>
        {
            var stored = await SettingsStore.LockAsync(transaction.Connection);
            if (wanted.Etag != (stored?.Etag ?? ""))
                throw RpcErrors.Aborted(Domain, StorageErrors.EtagMismatch, "The settings were changed since they were read; read them again.");
            var now = RpcTimes.Whole(timeProvider.GetUtcNow());
            var definition = StoredSettings.DefinitionOf(wanted, settings.Secrets);
            var updated = stored is not null && IsSamePlace(stored.Definition.Sftp, settings)
                ? stored with { Revision = stored.Revision + 1, Definition = definition, UpdateTime = now }
                : new(Guid.CreateVersion7(now), 1, definition, now, now);
            await store.KeepAsync(transaction.Connection, updated, settings.Secrets);
            if (stored is null)
                await FileJobs.ShareAsync(transaction, context.CancellationToken);
            // What has waited for the settings to be mended goes on at once.
            await FileJobs.WakeAsync(transaction, now);
            transaction.Audit(new AuditEntry(context.GetCaller().Actor, "store.update", $"stores/{updated.StoreId}", request.RequestId));
            return new UpdateStoreResponse { Store = updated.ToMessage() };
        });
    }

    /// <inheritdoc />
    public override async Task<TestStoreResponse> TestStore(TestStoreRequest request, ServerCallContext context)
    {
        var wanted = request.Store ?? (await store.FindAsync(context.CancellationToken))?.Definition
            ?? throw RpcErrors.FailedPrecondition(Domain, StorageErrors.StoreNotConfigured, "No store is configured; give the settings to be tested, or save them with UpdateStore.");
        var settings = await ReadAsync(wanted, context.CancellationToken);
        if (!await liveTests.AdmitAsync("store", TestsPerMinute))
            throw RpcErrors.ResourceExhausted(Domain, StorageErrors.TooManyTests, $"Settings are tested at most {TestsPerMinute} times a minute.", TimeSpan.FromMinutes(1));
        return await tester.RunAsync(settings, wanted.Kinds.Count == 0 ? Enum.GetValues<SessionFileKind>() : [.. wanted.Kinds.Select(kind => (SessionFileKind)(kind - 1))], context.CancellationToken);
    }

    /// <summary>Whether settings lead to the folder that stored ones lead to.</summary>
    private static bool IsSamePlace(SftpTarget stored, SftpSettings settings) =>
        Sftp.SftpAddress.Parse(stored.Host, stored.Port, stored.FolderPath, out _) == settings.Address && stored.User == settings.User;

    private async Task<SftpSettings> ReadAsync(Store wanted, CancellationToken cancellationToken)
    {
        var stored = await store.FindAsync(cancellationToken);
        var findings = new SettingsFindings();
        var settings = await SettingsReader.ReadAsync(
            wanted, stored is null ? null : (stored.Definition, await store.ReadSecretsAsync(stored.StoreId, cancellationToken)), findings, cancellationToken);
        findings.ThrowIfAny();
        return settings!;
    }

    /// <summary>Refuses settings without a pin, and shows the keys that the server presents, for the caller to confirm one (STO-22).</summary>
    private async Task ShowKeysAsync(SftpSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            SftpStore.Pinned(await SftpStore.PresentedAsync(await sftp.ResolveAsync(settings.Address, cancellationToken), settings.Address.Port, cancellationToken), settings.Pins);
        }
        catch (StoreException failed)
        {
            throw RpcErrors.FailedPrecondition(Domain, failed.Reason, failed.Detail);
        }
    }
}
