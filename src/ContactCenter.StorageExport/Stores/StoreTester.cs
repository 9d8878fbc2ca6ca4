using System.Net;
using System.Security.Cryptography;
using ContactCenter.Contracts;
using ContactCenter.Storage.V1;
using ContactCenter.StorageExport.Sftp;
using Google.Protobuf.WellKnownTypes;
using SessionFile = ContactCenter.StorageExport.Files.SessionFile;

namespace ContactCenter.StorageExport.Stores;

/// <summary>Tries the settings of a store out, step by step, in at most 30 s (STO-72, STO-73).</summary>
/// <param name="store">Reaches the store.</param>
/// <param name="timeProvider">Measures the steps.</param>
internal sealed class StoreTester(SftpStore store, TimeProvider timeProvider)
{
    private const int ProbeLength = 1_024;
    private const string NotDeleted = "PROBE_NOT_DELETED";
    private const string UploadId = "probe";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CleaningLimit = TimeSpan.FromSeconds(5);

    /// <summary>Tries settings out.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="kinds">What is to be stored.</param>
    /// <param name="cancellationToken">The caller's end.</param>
    /// <returns>All steps, and codes of what is accepted all the same.</returns>
    public async Task<TestStoreResponse> RunAsync(SftpSettings settings, IReadOnlyList<Files.SessionFileKind> kinds, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var test = new TestRun(timeProvider, linked.Token);
        var (address, keys) = (IPAddress.None, (IReadOnlyList<string>)[]);
        await test.StepAsync(StoreTestStepKind.Resolve, async token => address = await store.ResolveAsync(settings.Address, token));
        await test.StepAsync(StoreTestStepKind.HostKey, async token => keys = SftpStore.Pinned(await SftpStore.PresentedAsync(address, settings.Address.Port, token), settings.Pins));
        SftpSession? session = null;
        await test.StepAsync(StoreTestStepKind.Authenticate, async token => session = await store.LogInAsync("test", settings, address, keys, token));
        await using (session)
        {
            var folders = kinds.Select(SessionFile.FolderOf).Distinct().Select(folder => settings.Folder.Of(folder)).ToList();
            var probes = new List<(string Folder, string Name, Probe Content)>();
            await test.StepAsync(StoreTestStepKind.Folders, async token =>
            {
                foreach (var folder in folders)
                    await InAsync(folder, () => SftpFolders.MakeAsync(session!.Connection, folder, SftpUploadPlan.DefaultFolderMode, token));
            });
            await test.StepAsync(StoreTestStepKind.Write, async token =>
            {
                foreach (var folder in folders)
                {
                    var (name, content) = ($".write-probe-{Guid.CreateVersion7(timeProvider.GetUtcNow())}", new Probe(RandomNumberGenerator.GetBytes(ProbeLength)));
                    probes.Add((folder, name, content));
                    await InAsync(folder, () => new SftpUpload(content, folder, name, new(UploadId), (_, _) => Task.CompletedTask).RunAsync(session!.Connection, 0, token));
                }
            });
            await test.StepAsync(StoreTestStepKind.ReadBack, async token =>
            {
                foreach (var (folder, name, content) in probes)
                    await InAsync(folder, () => CompareAsync(session!.Connection, $"{folder}/{name}", content, token));
            });
            await test.StepAsync(StoreTestStepKind.Delete, DeleteAsync);
            // Also after a failure nothing stays behind, as far as the server allows it.
            using var cleaning = new CancellationTokenSource(CleaningLimit, timeProvider);
            await DeleteAsync(cleaning.Token);

            async Task DeleteAsync(CancellationToken token)
            {
                while (probes is [.., var (folder, name, _)])
                {
                    probes.RemoveAt(probes.Count - 1);
                    if (!await TryDeleteAsync(session!.Connection, folder, name, token))
                        test.Warnings.Add($"{NotDeleted} {folder}/{name}");
                }
            }
        }

        return test.ToResponse();
    }

    private static async Task CompareAsync(SftpConnection connection, string path, Probe content, CancellationToken cancellationToken)
    {
        var handle = await connection.OpenAsync(path, SftpOpen.Read, null, cancellationToken);
        var read = await connection.ReadAsync(handle, 0, ProbeLength + 1, cancellationToken);
        await connection.CloseAsync(handle, cancellationToken);
        if (read is null || !read.AsSpan().SequenceEqual(content.Bytes))
            throw new StoreException(StorageErrors.Incomplete, "The server gives back other bytes than were written.", concernsStore: false);
    }

    /// <summary>Deletes a probe, however far it has come; false if the server keeps it.</summary>
    private static async Task<bool> TryDeleteAsync(SftpConnection connection, string folder, string name, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var path in new[] { $"{folder}/{name}", $"{folder}/.{name}.{UploadId}.part" })
            {
                if (await connection.StatAsync(path, cancellationToken) is not null)
                    await connection.RemoveAsync(path, cancellationToken);
            }

            return true;
        }
        catch (Exception error) when (error is SftpStatusException or SftpConnectionLostException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Names the folder in which something was refused.</summary>
    private static async Task InAsync(string folder, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (SftpStatusException refused)
        {
            throw new StoreException(
                refused.Status == SftpStatus.PermissionDenied ? StorageErrors.StorePermissionDenied : StorageErrors.StoreRefused, $"{folder}: {refused.Message}", concernsStore: false, refused);
        }
        catch (StoreException refused) when (!refused.Detail.Contains(folder, StringComparison.Ordinal))
        {
            throw new StoreException(refused.Reason, $"{folder}: {refused.Detail}", refused.ConcernsStore, refused);
        }
    }

    private sealed class Probe(byte[] bytes) : IFileContent
    {
        public byte[] Bytes => bytes;

        public long Length => bytes.Length;

        public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
        {
            bytes.AsMemory((int)offset, buffer.Length).CopyTo(buffer);
            return default;
        }
    }

    /// <summary>The steps of a test: the first failure lets all others be skipped.</summary>
    private sealed class TestRun(TimeProvider timeProvider, CancellationToken end)
    {
        private readonly List<StoreTestStep> _steps = [];
        private bool _hasFailed;

        public List<string> Warnings { get; } = [];

        public async Task StepAsync(StoreTestStepKind kind, Func<CancellationToken, Task> action)
        {
            var step = new StoreTestStep { Kind = kind, Status = _hasFailed ? StoreTestStepStatus.Skipped : StoreTestStepStatus.Ok };
            _steps.Add(step);
            if (_hasFailed)
                return;
            var begin = timeProvider.GetTimestamp();
            try
            {
                await action(end);
            }
            catch (StoreException failed)
            {
                Fail(step, failed.Reason, failed.Detail);
            }
            catch (SftpConnectionLostException lost)
            {
                Fail(step, StorageErrors.StoreUnreachable, lost.Message);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                Fail(step, StorageErrors.StoreTimeout, $"The test did not come to an end in {Limit.TotalSeconds:0} s.");
            }

            step.Duration = timeProvider.GetElapsedTime(begin).ToDuration();
        }

        public TestStoreResponse ToResponse() => new() { Steps = { _steps }, Warnings = { Warnings } };

        private void Fail(StoreTestStep step, string reason, string detail)
        {
            _hasFailed = true;
            (step.Status, step.Reason, step.Detail) = (StoreTestStepStatus.Failed, reason, detail);
        }
    }
}
