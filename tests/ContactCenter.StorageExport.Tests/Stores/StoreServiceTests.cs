using ContactCenter.Storage.V1;
using ContactCenter.StorageExport.Tests.Sftp;
using Grpc.Core;

namespace ContactCenter.StorageExport.Tests.Stores;

/// <summary>The settings of an SFTP store, beside a real server.</summary>
[Collection(nameof(SshServer))]
public sealed class StoreServiceTests(TestServers servers, SshServer server) : StorageTest(servers)
{
    private static readonly string[] Folders = ["ujet-metadata", "ujet-voice-recordings", "ujet-chat-transcripts", "ujet-media", "ujet-voicemails"];

    protected override IEnumerable<string> Settings => [$"--Egress:AllowList:0=127.0.0.1/32:{server.Target().Port}", "--Egress:AssumedReplicas=1"];

    [Fact]
    [Rule("STO-3"), Rule("STO-6"), Rule("STO-22")]
    public async Task A_server_shows_its_key_and_the_settings_are_stored_once_it_is_confirmed()
    {
        Assert.Null((await Stores.GetStoreAsync(new(), cancellationToken: Cancellation)).Store);
        var wanted = Wanted();
        var presented = wanted.Sftp.HostKeys.Single();
        wanted.Sftp.HostKeys.Clear();

        var asked = await FailsAsync(StatusCode.FailedPrecondition, "HOST_KEY_NOT_PINNED", UpdateAsync(wanted));
        var fingerprint = asked.Status.Detail.Split(' ').Single(word => word.StartsWith("SHA256:", StringComparison.Ordinal));
        Assert.Equal(ContactCenter.StorageExport.Sftp.PublicKey.Parse(presented)!.Fingerprint, fingerprint);
        wanted.Sftp.HostKeys.Add(fingerprint);
        var stored = (await UpdateAsync(wanted)).Store;

        Assert.Equal((false, true, false, false), (stored.Sftp.HasPrivateKey, stored.Sftp.PrivateKeyStored, stored.Sftp.PasswordStored, stored.Sftp.PassphraseStored));
        Assert.Equal(stored, (await Stores.GetStoreAsync(new(), cancellationToken: Cancellation)).Store);
        var kept = await QueryAsync<string>("SELECT string_agg(t, ' ') FROM (SELECT s::text || encode(definition, 'escape') FROM storage.stores s UNION ALL SELECT x::text FROM storage.store_secrets x UNION ALL SELECT a::text FROM durable.audit_entries a) AS r(t)");
        Assert.DoesNotContain(wanted.Sftp.PrivateKey.Split('\n')[2], kept, StringComparison.Ordinal);
        Assert.Contains("store.update", kept, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("STO-5"), Rule("STO-6")]
    public async Task An_update_keeps_the_secrets_it_leaves_out_as_long_as_they_go_to_the_same_place()
    {
        var first = (await UpdateAsync(Wanted())).Store;
        var change = first.Clone();
        change.Sftp.Password = "a password";
        var second = (await UpdateAsync(change)).Store;
        Assert.Equal((true, true), (second.Sftp.PasswordStored, second.Sftp.PrivateKeyStored));
        Assert.Equal(1, await QueryAsync<long>("SELECT count(*) FROM storage.stores"));
        await FailsAsync(StatusCode.Aborted, "ETAG_MISMATCH", UpdateAsync(change));
        await FailsAsync(StatusCode.Aborted, "ETAG_MISMATCH", UpdateAsync(Wanted()));

        var cleared = second.Clone();
        (cleared.Sftp.Password, cleared.Sftp.PrivateKey) = ("", "");
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", UpdateAsync(cleared), "store.sftp.password");
        cleared.Sftp.ClearPrivateKey();
        Assert.Equal((false, true), (await UpdateAsync(cleared)).Store.Sftp is var third ? (third.PasswordStored, third.PrivateKeyStored) : default);

        // Whoever may change the host must not learn the password.
        var elsewhere = (await Stores.GetStoreAsync(new(), cancellationToken: Cancellation)).Store;
        elsewhere.Sftp.Host = "files.example.com";
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", UpdateAsync(elsewhere), "store.sftp.password");
        elsewhere.Sftp.Password = "another";
        Assert.Equal((true, false), (await UpdateAsync(elsewhere)).Store.Sftp is var fourth ? (fourth.PasswordStored, fourth.PrivateKeyStored) : default);
        Assert.Equal(2, await QueryAsync<long>("SELECT count(*) FROM storage.stores"));
        Assert.Equal(1, await QueryAsync<long>("SELECT count(*) FROM storage.stores WHERE active"));
    }

    [Fact]
    [Rule("STO-14"), Rule("STO-16"), Rule("STO-17"), Rule("STO-18"), Rule("STO-22")]
    public async Task Every_bad_field_is_named_at_once()
    {
        var wanted = Wanted();
        wanted.Kinds.Add((SessionFileKind)99);
        (wanted.Sftp.Host, wanted.Sftp.Port, wanted.Sftp.User, wanted.Sftp.PrivateKey) = ("sftp://x:1/a", 2, "-o", "no key");
        wanted.Sftp.HostKeys.Add("MD5:00");
        await FailsAsync(
            StatusCode.InvalidArgument, "FIELD_INVALID", UpdateAsync(wanted),
            "store.kinds[0]", "store.sftp.port", "store.sftp.user", "store.sftp.host_keys[1]", "store.sftp.private_key");

        wanted = Wanted();
        wanted.Sftp.FolderPath = "../x";
        await FailsAsync(StatusCode.InvalidArgument, "FOLDER_PATH_INVALID", UpdateAsync(wanted), "store.sftp.folder_path");
        wanted = Wanted();
        wanted.Sftp.HostKeys.Add(Enumerable.Repeat(wanted.Sftp.HostKeys[0], 4));
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", UpdateAsync(wanted), "store.sftp.host_keys");
        wanted = Wanted();
        (wanted.Sftp.PrivateKey, wanted.Sftp.Passphrase) = (await server.AddKeyAsync("open sesame"), "wrong");
        await FailsAsync(StatusCode.InvalidArgument, "KEY_PASSPHRASE_WRONG", UpdateAsync(wanted), "store.sftp.passphrase");
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", Stores.UpdateStoreAsync(new(), cancellationToken: Cancellation), "store");
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", UpdateAsync(new()), "store.sftp");
    }

    [Fact]
    [Rule("STO-72"), Rule("STO-73"), Rule("STO-7")]
    public async Task A_test_writes_reads_and_deletes_in_every_folder_and_leaves_nothing()
    {
        await FailsAsync(StatusCode.FailedPrecondition, "STORE_NOT_CONFIGURED", TestAsync(null));
        var wanted = Wanted();
        await UpdateAsync(wanted);

        var answer = await TestAsync(null);

        Assert.Equal(Enumerable.Range(1, 7).Select(step => ((StoreTestStepKind)step, StoreTestStepStatus.Ok, "")), answer.Steps.Select(step => (step.Kind, step.Status, step.Detail)));
        Assert.Empty(answer.Warnings);
        Assert.Equal(Folders.Order(StringComparer.Ordinal), Directory.GetDirectories(Path.Combine(server.Files, wanted.Sftp.FolderPath)).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(server.Files, wanted.Sftp.FolderPath), "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }));
    }

    [Fact]
    [Rule("STO-72"), Rule("STO-21"), Rule("STO-22")]
    public async Task A_test_says_at_which_step_it_fails_and_skips_the_rest()
    {
        var wrongKey = Wanted();
        wrongKey.Sftp.HostKeys[0] = "SHA256:" + new string('A', 43);
        await FailsAtAsync(StoreTestStepKind.HostKey, "HOST_KEY_MISMATCH", wrongKey);

        var notPinned = Wanted();
        notPinned.Sftp.HostKeys.Clear();
        await FailsAtAsync(StoreTestStepKind.HostKey, "HOST_KEY_NOT_PINNED", notPinned);

        var stranger = Wanted();
        stranger.Sftp.User = "nobody";
        await FailsAtAsync(StoreTestStepKind.Authenticate, "STORE_AUTH_FAILED", stranger);

        var forbidden = Wanted();
        forbidden.Sftp.Port = 1;
        await FailsAtAsync(StoreTestStepKind.Resolve, "EGRESS_DENIED", forbidden);

        var blocked = Wanted();
        Directory.CreateDirectory(Path.Combine(server.Files, blocked.Sftp.FolderPath));
        await File.WriteAllTextAsync(Path.Combine(server.Files, blocked.Sftp.FolderPath, "ujet-media"), "a file", Cancellation);
        var step = await FailsAtAsync(StoreTestStepKind.Write, "STORE_REFUSED", blocked);
        Assert.Contains("ujet-media", step.Detail, StringComparison.Ordinal);
        blocked.Kinds.Add(SessionFileKind.Voicemail);
        Assert.All((await TestAsync(blocked)).Steps, step => Assert.Equal(StoreTestStepStatus.Ok, step.Status));
    }

    [Fact]
    [Rule("STO-73")]
    public async Task Settings_are_tested_at_most_ten_times_a_minute()
    {
        var wanted = Wanted();
        wanted.Sftp.Port = 1;
        for (var turn = 0; turn < 10; turn++)
            await TestAsync(wanted);
        await FailsAsync(StatusCode.ResourceExhausted, "TOO_MANY_TESTS", TestAsync(wanted));
    }

    private static string NewFolder() => $"acme-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}/sessions";

    private Store Wanted()
    {
        var target = server.Target();
        return new()
        {
            Enabled = true,
            Sftp = new() { Host = "127.0.0.1", Port = target.Port, User = target.User, PrivateKey = target.PrivateKey, FolderPath = NewFolder(), HostKeys = { target.HostKeys } },
        };
    }

    private AsyncUnaryCall<UpdateStoreResponse> UpdateAsync(Store store) => Stores.UpdateStoreAsync(new() { Store = store }, cancellationToken: Cancellation);

    private AsyncUnaryCall<TestStoreResponse> TestAsync(Store? store) => Stores.TestStoreAsync(new() { Store = store }, cancellationToken: Cancellation);

    private async Task<StoreTestStep> FailsAtAsync(StoreTestStepKind kind, string reason, Store store)
    {
        var steps = (await TestAsync(store)).Steps;
        var failed = steps.Single(step => step.Status == StoreTestStepStatus.Failed);
        Assert.Equal((kind, reason), (failed.Kind, failed.Reason));
        Assert.All(steps, step => Assert.Equal(step.Kind < kind ? StoreTestStepStatus.Ok : step.Kind == kind ? StoreTestStepStatus.Failed : StoreTestStepStatus.Skipped, step.Status));
        return failed;
    }
}
