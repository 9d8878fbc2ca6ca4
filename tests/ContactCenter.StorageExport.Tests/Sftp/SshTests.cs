using System.Diagnostics;
using ContactCenter.StorageExport.Sftp;
using ContactCenter.StorageExport.Stores;

namespace ContactCenter.StorageExport.Tests.Sftp;

/// <summary>OpenSSH's client and server, as in a deployment.</summary>
[Collection(nameof(SshServer))]
public sealed class SshTests(SshServer server) : IAsyncDisposable
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Nothing of a login is left behind, however it ended (STO-20).</summary>
    public ValueTask DisposeAsync()
    {
        Assert.Empty(Directory.EnumerateDirectories("/dev/shm", $"{SshFolder.Prefix}{Environment.ProcessId}-*"));
        return default;
    }

    [Fact]
    [Rule("STO-19"), Rule("STO-22"), Rule("STO-24")]
    public async Task A_key_logs_in_and_a_file_arrives()
    {
        var content = Content.Random(5_000_000);
        await using (var session = await OpenAsync(server.Target()))
        {
            Assert.Equal(261_120, session.Connection.Features.MaxWrite);
            await new SftpUpload(content, "ujet-media", "call-1-video-1.mp4", new("u1"), (_, _) => Task.CompletedTask).RunAsync(session.Connection, 0, Cancellation);
        }

        Assert.Equal(content.Bytes, await File.ReadAllBytesAsync(Path.Combine(server.Files, "ujet-media", "call-1-video-1.mp4"), Cancellation));
    }

    [Theory]
    [Rule("STO-18"), Rule("STO-20")]
    [InlineData("open sesame", true)]
    [InlineData("ünïcödé \"'$(x)", true)]
    [InlineData("open sesame", false)]
    public async Task The_passphrase_of_a_key_reaches_ssh_alone(string passphrase, bool isRight)
    {
        var target = server.Target() with { PrivateKey = await server.AddKeyAsync(passphrase), Passphrase = isRight ? passphrase : "wrong" };
        if (!isRight)
        {
            Assert.Equal("STORE_AUTH_FAILED", (await Assert.ThrowsAsync<StoreException>(() => OpenAsync(target))).Reason);
            return;
        }

        await using var session = await OpenAsync(target);
        var ssh = Children().Single();
        foreach (var place in new[] { "cmdline", "environ" })
            Assert.DoesNotContain(passphrase, await File.ReadAllTextAsync($"/proc/{ssh}/{place}", Cancellation), StringComparison.Ordinal);
        Assert.All(Directory.EnumerateFiles(Directory.EnumerateDirectories("/dev/shm", $"{SshFolder.Prefix}{Environment.ProcessId}-*").Single()), file =>
            Assert.True(file.EndsWith("askpass", StringComparison.Ordinal) || !File.ReadAllText(file).Contains(passphrase, StringComparison.Ordinal)));
    }

    [Fact]
    [Rule("STO-20")]
    public async Task A_helper_gets_an_answer_to_its_own_prompt_once_and_never_to_one_about_a_host()
    {
        var folder = Directory.CreateTempSubdirectory("contactcenter-askpass-").FullName;
        await using (var askPass = new AskPass(folder, "the password", "the passphrase"))
        {
            Assert.Equal((1, ""), await HelperAsync(askPass, "The authenticity of host 'x' can't be established. Are you sure you want to continue connecting (yes/no)? "));
            Assert.Equal((1, ""), await HelperAsync(askPass, "Old password, please"));
            Assert.Equal((0, "the password\n"), await HelperAsync(askPass, "user@host's password: "));
            Assert.Equal((1, ""), await HelperAsync(askPass, "user@host's password: "));
            Assert.Equal((0, "the passphrase\n"), await HelperAsync(askPass, "Enter passphrase for key '/dev/shm/x/key': "));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    [Rule("STO-22"), Rule("STO-28")]
    public async Task Another_host_key_than_the_pinned_ones_is_refused_and_a_second_pin_allows_a_rotation()
    {
        var other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";
        var pinned = server.Target().HostKeys.Single();

        Assert.Equal("HOST_KEY_MISMATCH", (await Assert.ThrowsAsync<StoreException>(() => OpenAsync(server.Target() with { HostKeys = [other] }))).Reason);
        await using var session = await OpenAsync(server.Target() with { HostKeys = [other, pinned] });
        Assert.True(session.Connection.Features.HasFSync);
    }

    [Fact]
    [Rule("STO-28"), Rule("STO-16")]
    public async Task A_login_that_fails_says_why()
    {
        var stranger = await Assert.ThrowsAsync<StoreException>(() => OpenAsync(server.Target() with { User = "nobody" }));
        var password = await Assert.ThrowsAsync<StoreException>(() => OpenAsync(server.Target() with { PrivateKey = null, Password = "x" }));
        var nobody = await Assert.ThrowsAsync<StoreException>(() => OpenAsync(server.Target() with { Port = 1 }));

        Assert.Equal(["STORE_AUTH_FAILED", "STORE_AUTH_FAILED", "STORE_UNREACHABLE"], new[] { stranger, password, nobody }.Select(failure => failure.Reason));
        Assert.All([stranger, password, nobody], failure => Assert.True(failure.ConcernsStore));
        Assert.Contains("Connection refused", nobody.Message, StringComparison.Ordinal);
    }

    private static Task<SftpSession> OpenAsync(SshTarget target) => SftpSession.OpenAsync(target, TimeProvider.System, TimeSpan.FromSeconds(30), Cancellation);

    private static IEnumerable<int> Children() => Process.GetProcessesByName("ssh")
        .Where(process => File.ReadAllText($"/proc/{process.Id}/stat").Split(')')[^1].Split(' ')[2] == Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture))
        .Select(process => process.Id);

    private static async Task<(int ExitCode, string Answer)> HelperAsync(AskPass askPass, string prompt)
    {
        var environment = askPass.Environment.ToDictionary();
        var start = new ProcessStartInfo(environment["SSH_ASKPASS"], [prompt]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var helper = Process.Start(start)!;
        var answer = await helper.StandardOutput.ReadToEndAsync(Cancellation);
        await helper.WaitForExitAsync(Cancellation);
        return (helper.ExitCode, answer);
    }
}
