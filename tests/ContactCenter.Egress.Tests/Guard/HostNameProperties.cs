using System.Net;
using ContactCenter.Egress.Guard;
using FsCheck;
using FsCheck.Fluent;
using HostName = ContactCenter.Egress.Guard.HostName;

namespace ContactCenter.Egress.Tests.Guard;

public sealed class HostNameProperties
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(500);

    [Fact]
    [Rule("EGR-6")]
    public void Every_textual_form_of_an_IPv4_address_is_judged_as_that_address()
    {
        var forms = from value in ArbMap.Default.GeneratorFor<uint>()
                    from parts in Gen.Choose(1, 4)
                    from radices in Gen.Elements("d", "x", "o", "X").ArrayOf(4)
                    from dot in Gen.Elements("", ".")
                    select (value, text: Write(value, parts, radices) + dot);

        Prop.ForAll(forms.ToArbitrary(), form =>
        {
            var expected = new IPAddress([(byte)(form.value >> 24), (byte)(form.value >> 16), (byte)(form.value >> 8), (byte)form.value]);
            return Equals(HostName.Parse(form.text)?.Address, expected)
                && Equals(EgressUrl.Parse($"https://{form.text}/").Host.Address, expected)
                && Equals(EgressUrl.Parse($"https://{form.text}/").Uri.Host, expected.ToString());
        }).Check(Runs);
    }

    [Fact]
    [Rule("EGR-3")]
    public void An_IPv4_address_stands_the_same_mapped_by_NAT64_and_as_6to4()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<uint>(), value =>
        {
            var hex = $"{value >> 16:x}:{value & 0xFFFF:x}";
            var plain = new IPAddress([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);
            var standing = AddressRanges.Judge(plain);
            return AddressRanges.Judge(IPAddress.Parse($"::ffff:{hex}")) == standing
                && AddressRanges.Judge(IPAddress.Parse($"64:ff9b::{hex}")) == standing
                && AddressRanges.Judge(IPAddress.Parse($"2002:{hex}::1")) == standing;
        }).Check(Runs);
    }

    [Fact]
    [Rule("EGR-6")]
    public void Normalising_twice_changes_nothing_and_never_throws()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
        {
            var host = HostName.Parse(text ?? "");
            return host is null || HostName.Parse(host.UrlText) == host;
        }).Check(Runs);
    }

    private static string Write(uint value, int parts, string[] radices)
    {
        var texts = new List<string>();
        for (var i = 0; i < parts - 1; i++)
            texts.Add(Number((value >> (24 - (8 * i))) & 0xFF, radices[i]));
        var rest = parts == 1 ? value : value & (uint.MaxValue >> (8 * (parts - 1)));
        texts.Add(Number(rest, radices[3]));
        return string.Join('.', texts);
    }

    private static string Number(uint value, string radix) => radix switch
    {
        "x" => $"0x{value:x}",
        "X" => $"0X00{value:X}",
        "o" => "0" + Convert.ToString(value, 8),
        _ => value.ToString(),
    };
}
