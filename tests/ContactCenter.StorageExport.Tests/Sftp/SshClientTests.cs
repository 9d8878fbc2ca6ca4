using ContactCenter.StorageExport.Sftp;

namespace ContactCenter.StorageExport.Tests.Sftp;

public sealed class SshClientTests
{
    [Theory]
    [Rule("STO-19")]
    [InlineData("OpenSSH_9.2p1 Debian-2+deb12u3, OpenSSL 3.0.15 3 Sep 2024", false)]
    [InlineData("OpenSSH_10.0p2, OpenSSL 3.5.0\n", false)]
    [InlineData("OpenSSH_9.0", false)]
    [InlineData("OpenSSH_8.9p1 Ubuntu-3ubuntu0.10, OpenSSL 3.0.2 15 Mar 2022", true)]
    [InlineData("Dropbear v2022.83", true)]
    [InlineData("", true)]
    public void A_client_before_9_0_is_refused(string version, bool isRefused)
    {
        var problem = SshClient.ProblemOf(version);

        Assert.Equal(isRefused ? "SSH_CLIENT_MISSING" : null, problem?.Reason);
        if (isRefused)
            Assert.Contains(version.Length > 0 ? version : "nothing", problem!.Detail, StringComparison.Ordinal);
    }
}
