using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using ContactCenter.StorageExport.Sftp;
using ContactCenter.StorageExport.Stores;

namespace ContactCenter.StorageExport.Tests.Sftp;

[Collection(nameof(SshServer))]
public sealed class KeyTests(SshServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [Rule("STO-18")]
    [InlineData("OpenSSH, ed25519", "ssh-ed25519")]
    [InlineData("OpenSSH, ECDSA", "ecdsa-sha2-nistp256")]
    [InlineData("PKCS#1, RSA", "ssh-rsa")]
    [InlineData("PKCS#8, RSA", "ssh-rsa")]
    [InlineData("PKCS#8, ECDSA", "ecdsa-sha2-nistp384")]
    [InlineData("SEC1, ECDSA", "ecdsa-sha2-nistp256")]
    public async Task A_key_may_be_in_each_usual_format_with_any_line_ends(string format, string type)
    {
        var text = await KeyAsync(format);

        Assert.Equal(type, (await PrivateKey.OpenAsync(text, null, Cancellation)).Type);
        Assert.Equal(type, (await PrivateKey.OpenAsync(text.Trim().ReplaceLineEndings("\r\n"), null, Cancellation)).Type);
    }

    [Fact]
    [Rule("STO-18")]
    public async Task An_encrypted_key_needs_its_passphrase()
    {
        var (openSsh, pkcs8) = (await GenerateAsync("-t", "ed25519", "-N", "open sesame"), RSA.Create(2_048).ExportEncryptedPkcs8PrivateKeyPem(
            "open sesame", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10_000)));
        foreach (var text in new[] { openSsh, pkcs8 })
        {
            Assert.StartsWith("SHA256:", (await PrivateKey.OpenAsync(text, "open sesame", Cancellation)).Fingerprint, StringComparison.Ordinal);
            Assert.Equal("KEY_PASSPHRASE_REQUIRED", await RefusedAsync(text, null));
            Assert.Equal("KEY_PASSPHRASE_WRONG", await RefusedAsync(text, "wrong"));
        }
    }

    [Fact]
    [Rule("STO-18")]
    public async Task A_key_that_cannot_be_used_says_why()
    {
        Assert.Equal("KEY_TOO_WEAK", await RefusedAsync(await GenerateAsync("-t", "rsa", "-b", "1024", "-N", ""), null));
        Assert.Equal("KEY_FORMAT_UNSUPPORTED", await RefusedAsync("no key", null));
        Assert.Equal("KEY_FORMAT_UNSUPPORTED", await RefusedAsync("", null));
        var putty = await Assert.ThrowsAsync<StoreException>(() => PrivateKey.OpenAsync("PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: none", null, Cancellation));
        Assert.Equal("KEY_FORMAT_UNSUPPORTED", putty.Reason);
        Assert.Contains("PuTTYgen", putty.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("STO-22")]
    public async Task A_server_shows_its_key_without_a_login_and_a_pin_is_the_key_or_its_fingerprint()
    {
        var presented = Assert.Single(await PublicKey.ScanAsync(IPAddress.Loopback, server.Target().Port, Cancellation));

        Assert.Equal(server.Target().HostKeys.Single(), presented.ToString());
        Assert.True(presented.IsPinnedBy(presented.ToString()));
        Assert.True(presented.IsPinnedBy($" {presented} a comment "));
        Assert.True(presented.IsPinnedBy(presented.Fingerprint));
        Assert.False(presented.IsPinnedBy("SHA256:" + new string('A', 43)));
        Assert.Empty(await PublicKey.ScanAsync(IPAddress.Loopback, 1, Cancellation));
    }

    [Theory]
    [Rule("STO-22")]
    [InlineData("SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", true)]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ me", true)]
    [InlineData("SHA256:AAAA", false)]
    [InlineData("MD5:00:11", false)]
    [InlineData("ssh-ed25519", false)]
    [InlineData("ssh-ed25519 AAAA", false)]
    [InlineData("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ", false)]
    [InlineData("@cert-authority * ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ", false)]
    [InlineData("", false)]
    public void A_pin_is_a_public_key_or_a_fingerprint(string text, bool isPin) => Assert.Equal(isPin, PublicKey.IsPin(text));

    private static async Task<string> RefusedAsync(string text, string? passphrase) =>
        (await Assert.ThrowsAsync<StoreException>(() => PrivateKey.OpenAsync(text, passphrase, Cancellation))).Reason;

    private static async Task<string> KeyAsync(string format)
    {
        switch (format)
        {
            case "OpenSSH, ed25519":
                return await GenerateAsync("-t", "ed25519", "-N", "");
            case "OpenSSH, ECDSA":
                return await GenerateAsync("-t", "ecdsa", "-b", "256", "-N", "");
            case "PKCS#1, RSA":
                return RSA.Create(2_048).ExportRSAPrivateKeyPem();
            case "PKCS#8, RSA":
                return RSA.Create(2_048).ExportPkcs8PrivateKeyPem();
            case "PKCS#8, ECDSA":
                return ECDsa.Create(ECCurve.NamedCurves.nistP384).ExportPkcs8PrivateKeyPem();
            default:
                return ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportECPrivateKeyPem();
        }
    }

    private static async Task<string> GenerateAsync(params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("contactcenter-key-").FullName;
        using var tool = Process.Start("ssh-keygen", ["-q", .. arguments, "-f", Path.Combine(folder, "key")]);
        await tool.WaitForExitAsync(Cancellation);
        var text = await File.ReadAllTextAsync(Path.Combine(folder, "key"), Cancellation);
        Directory.Delete(folder, recursive: true);
        return text;
    }
}
