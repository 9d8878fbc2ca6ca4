using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using ContactCenter.Egress.Secrets;
using Microsoft.Extensions.Configuration;

namespace ContactCenter.Egress.Tests.Secrets;

public sealed class SecretTests
{
    private const string Stored = "v1.k1.AAECAwQFBgcICQoLNDG1afaR72noJ-XuwoGKbISfUOiHAooDVqH41FiL";
    private static readonly SecretPlace Row42 = new("oauth_grant", "refresh_token", "42");

    [Fact]
    [Rule("SEC-1")]
    public void A_secret_is_stored_as_in_the_worked_example()
    {
        var keys = Keys();

        Assert.Equal(Stored, keys.Encrypt(Row42, "s3cr3t-refresh", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]));
        Assert.Equal("s3cr3t-refresh", keys.Decrypt(Row42, Stored));
    }

    [Fact]
    [Rule("SEC-1")]
    public void A_value_moved_to_another_place_cannot_be_read()
    {
        var keys = Keys();

        Assert.Throws<AuthenticationTagMismatchException>(() => keys.Decrypt(Row42 with { RowId = "43" }, Stored));
        Assert.Throws<AuthenticationTagMismatchException>(() => keys.Decrypt(Row42 with { Column = "client_secret" }, Stored));
        Assert.Throws<AuthenticationTagMismatchException>(() => keys.Decrypt(Row42 with { Table = "other" }, Stored));
    }

    [Theory]
    [Rule("SEC-1")]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("v2.k1.AAAA")]
    [InlineData("v1.k1.AAAA")]
    [InlineData("v1.k1.!!!")]
    [InlineData("v1.gone.AAECAwQFBgcICQoLNDG1afaR72noJ-XuwoGKbISfUOiHAooDVqH41FiL")]
    public void Anything_else_is_refused_as_damaged(string stored) =>
        Assert.ThrowsAny<CryptographicException>(() => Keys().Decrypt(Row42, stored));

    [Fact]
    [Rule("SEC-1")]
    public void The_same_value_never_looks_the_same_twice()
    {
        var keys = Keys();

        Assert.NotEqual(keys.Encrypt(Row42, "same value"), keys.Encrypt(Row42, "same value"));
    }

    [Fact]
    [Rule("SEC-2")]
    public void Values_of_an_older_key_stay_readable_and_tell_their_key()
    {
        var keys = Keys(("Secrets:Keys:k2", Convert.ToBase64String(new byte[32])), ("Secrets:ActiveKey", "k2"));

        Assert.Equal("s3cr3t-refresh", keys.Decrypt(Row42, Stored));
        Assert.Equal(("k1", "k2"), (SecretKeyRing.KeyIdOf(Stored), SecretKeyRing.KeyIdOf(keys.Encrypt(Row42, "new"))));
        Assert.False(keys.Knows("k3"));
    }

    [Theory]
    [Rule("SEC-1")]
    [InlineData("Secrets:Keys:k1", "c2hvcnQ=", "Secrets:Keys:k1 has to be 32 bytes in Base64.")]
    [InlineData("Secrets:ActiveKey", "k9", "Secrets:ActiveKey is 'k9'; it has to be one of Secrets:Keys (k1).")]
    [InlineData("Secrets:Kees", "x", "Secrets:Kees is not known; known below Secrets are Keys, ActiveKey.")]
    [InlineData("Egress:AssumedReplicas", "0", "Egress:AssumedReplicas is '0'; it has to be a whole number from 1 to 100.")]
    [InlineData("Egress:AssumedReplicas", "many", "Egress:AssumedReplicas is 'many'; it has to be a whole number from 1 to 100.")]
    [InlineData("Egress:Mode", "Open", "Egress:Mode is 'Open'; it has to be PublicAllowed or AllowListOnly.")]
    [InlineData("Egress:Mode", "1", "Egress:Mode is '1'; it has to be PublicAllowed or AllowListOnly.")]
    [InlineData("Egress:AllowList:0", "10.0.0.0/8", "Egress:AllowList:0 is '10.0.0.0/8'; it has to be a host, *.suffix or CIDR, each with :port or :port,port.")]
    [InlineData("Egress:Alow", "x", "Egress:Alow is not known; known below Egress are Mode, AllowList, AssumedReplicas, RedactedNames.")]
    public void A_wrong_setting_stops_the_start_and_is_named(string key, string value, string message) =>
        Assert.Equal(message, Assert.Throws<ValidationException>(() => EgressFixture.Create(settings: (key, value))).Message);

    private static SecretKeyRing Keys(params (string Key, string Value)[] settings)
    {
        var values = new Dictionary<string, string?> { ["Secrets:Keys:k1"] = EgressFixture.Key, ["Secrets:ActiveKey"] = "k1" };
        foreach (var (key, value) in settings)
            values[key] = value;
        return SecretKeyRing.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), new SecretRegistry());
    }
}
