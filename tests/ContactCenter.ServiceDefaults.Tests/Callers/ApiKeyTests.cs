using System.Diagnostics;
using System.Security.Cryptography;
using ContactCenter.ServiceDefaults.Callers;
using FsCheck;
using FsCheck.Fluent;

namespace ContactCenter.ServiceDefaults.Tests.Callers;

public sealed class ApiKeyTests
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    [Rule("SEC-6")]
    [Rule("SEC-7")]
    public void The_worked_example_is_written_read_and_stored_as_the_specification_says()
    {
        var key = new ApiKey("7m3k9q2x5c8v", Bytes);

        Assert.Equal("cck_7m3k9q2x5c8v_000g40r40m30e209185gr38e1w8124gk2gahc5rr34d1p70x3rfg_d2c5368e", key.Reveal());
        Assert.Equal(78, key.Reveal().Length);
        Assert.Equal("630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd", Convert.ToHexStringLower(key.Hash()));
        Assert.Equal(key.Hash(), ApiKey.Parse(TestKey.Text)!.Hash());
    }

    [Fact]
    [Rule("SEC-6")]
    public void Every_key_is_read_back_as_it_was_written() => Check.QuickThrowOnFailure(Prop.ForAll(Secrets, secret =>
    {
        var key = new ApiKey("0123456789ab", secret);
        var read = ApiKey.Parse(key.Reveal());
        return read is not null && read.Id == key.Id && read.Hash().SequenceEqual(SHA256.HashData(secret));
    }));

    [Fact]
    [Rule("SEC-6")]
    public void A_key_with_one_character_changed_removed_or_added_is_none() => Check.QuickThrowOnFailure(Prop.ForAll(
        Secrets, Gen.Choose(0, 77).ToArbitrary(), Gen.Choose(32, 126).Select(code => (char)code).ToArbitrary(), (secret, position, character) =>
        {
            var text = new ApiKey("0123456789ab", secret).Reveal();
            var changed = text[..position] + character + text[(position + 1)..];
            return (changed == text || ApiKey.Parse(changed) is null)
                && ApiKey.Parse(text.Remove(position, 1)) is null
                && ApiKey.Parse(text.Insert(position, character.ToString())) is null;
        }));

    [Fact]
    [Rule("SEC-6")]
    public void No_text_whatever_breaks_the_reading() =>
        Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<string?>(), text => ApiKey.Parse(text) is null));

    [Theory]
    [Rule("SEC-6")]
    [InlineData("cck_7m3k9q2x5c8v_000G40R40M30E209185GR38E1W8124GK2GAHC5RR34D1P70X3RFG")] // upper case
    [InlineData("cck_7m3k9q2x5c8v_000g40r40m30e209185gr38e1w8124gk2gahc5rr34d1p70x3rfh")] // bits after the last byte
    [InlineData("cck_7m3k9q2x5c8u_000g40r40m30e209185gr38e1w8124gk2gahc5rr34d1p70x3rfg")] // u is no base32
    [InlineData("ccK_7m3k9q2x5c8v_000g40r40m30e209185gr38e1w8124gk2gahc5rr34d1p70x3rfg")]
    public void Another_form_with_right_check_digits_is_no_key(string body)
    {
        var check = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(body)))[..8];

        Assert.Null(ApiKey.Parse($"{body}_{check}"));
    }

    [Fact]
    [Rule("SEC-4")]
    public void A_key_in_a_log_shows_its_id_alone() => Assert.Equal("cck_7m3k9q2x5c8v", $"{ApiKey.Parse(TestKey.Text)}");

    [Fact]
    [Rule("SEC-6")]
    public void New_keys_are_all_different_and_valid()
    {
        var keys = Enumerable.Range(0, 100).Select(_ => ApiKey.Create()).ToList();

        Assert.All(keys, key => Assert.NotNull(ApiKey.Parse(key.Reveal())));
        Assert.Equal(100, keys.Select(key => key.Id).Distinct().Count());
        Assert.Equal(100, keys.Select(key => Convert.ToHexString(key.Hash())).Distinct().Count());
    }

    [Fact]
    [Rule("SEC-6")]
    public async Task The_recipe_of_the_operations_manual_makes_a_key_and_its_hash()
    {
        var manual = await File.ReadAllTextAsync(Path.Combine(ServerProcess.RepositoryRoot, "docs", "operations.md"), TestContext.Current.CancellationToken);
        var recipe = manual.Split("### The first key of a deployment")[1].Split("```bash\n")[1].Split("```")[0];
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-ec", recipe]) { RedirectStandardOutput = true })!;
        var output = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        var lines = output.Split('\n').Where(line => line.Length > 0).ToDictionary(line => line.Split(':')[0], line => line.Split(':')[1].Trim());

        var key = ApiKey.Parse(lines["key"]);

        Assert.NotNull(key);
        Assert.Equal((lines["Id"], lines["Sha256"]), (key.Id, Convert.ToHexStringLower(key.Hash())));
    }

    private static Arbitrary<byte[]> Secrets => Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(32).ToArbitrary();
}
