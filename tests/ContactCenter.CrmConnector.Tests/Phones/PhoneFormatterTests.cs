using System.Text.RegularExpressions;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Phones;
using FsCheck;
using FsCheck.Fluent;

namespace ContactCenter.CrmConnector.Tests.Phones;

public sealed partial class PhoneFormatterTests
{
    private static readonly PhoneFormat[] Formats = [PhoneFormat.Automatic, PhoneFormat.E164, PhoneFormat.UsLocal, PhoneFormat.UsLocalStandard, PhoneFormat.International];

    [Theory]
    [Rule("CRM-25")]
    [Rule("CRM-26")]
    [InlineData("+12223334444", "+1 222 333 4444", "*222*333*4444", "+12223334444", "2223334444", "(222) 333-4444")]
    [InlineData("(222) 333-4444", "+1 222 333 4444", "*222*333*4444", "+12223334444", "2223334444", "(222) 333-4444")]
    [InlineData("12223334444", "+1 222 333 4444", "*222*333*4444", "+12223334444", "2223334444", "(222) 333-4444")]
    [InlineData("+11112223333", "+1 111 222 3333", "*111*222*3333", "+11112223333", "1112223333", "(111) 222-3333")]
    [InlineData("+390612345678", "+39 06 1234 5678", "*06*1234*5678", "+390612345678", "+390612345678", "+390612345678")]
    [InlineData("anonymous", "", "", "", "", "")]
    public void A_number_is_written_in_each_format_as_in_the_example(
        string given, string international, string search, string e164, string local, string standard)
    {
        Assert.Equal([international, e164, local, standard, international], Formats.Select(format => Write(given, format)));
        Assert.Equal([search, e164, local, standard, international], Formats.Select(format => Write(given, format, PhoneForm.Search)));
    }

    [Fact]
    [Rule("CRM-27")]
    public void Numbers_are_grouped_as_libphonenumber_groups_them_in_every_country()
    {
        using var file = new StreamReader(typeof(PhoneFormatterTests).Assembly.GetManifestResourceStream("examples.tsv")!);
        var examples = file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).ToList();

        Assert.True(examples.Count > 1_000);
        Assert.Empty(from example in examples
                     let expected = "+" + Separators().Replace(example[1][1..], " ")
                     let written = Write(example[0], PhoneFormat.International)
                     where written != expected
                     select $"{example[0]}: {written} instead of {expected}");
    }

    [Theory]
    [Rule("CRM-27")]
    [InlineData("+9991234567890", "+999 123 456 7890")]
    [InlineData("+99912345678", "+999 123 456 78")]
    [InlineData("+9991234567", "+999 123 4567")]
    [InlineData("+21012345678", "+210 123 456 78")]
    [InlineData("+421234", "+421 234")]
    [InlineData("+11112223333444", "+1 111 222 333 3444")]
    [InlineData("+9991", "+999 1")]
    public void A_number_that_no_country_groups_is_split_in_threes_from_the_left(string given, string written) =>
        Assert.Equal(written, Write(given, PhoneFormat.International));

    [Theory]
    [Rule("CRM-28")]
    [InlineData("+442079460958", "*20*7946*0958")]
    [InlineData("+33123456789", "*1*23*45*67*89")]
    [InlineData("+9991234567", "*123*4567")]
    public void The_search_form_has_a_star_before_each_group_and_no_calling_code(string given, string written) =>
        Assert.Equal(written, Write(given, PhoneFormat.Automatic, PhoneForm.Search));

    [Theory]
    [Rule("CRM-29")]
    [InlineData("+390612345678")]
    [InlineData("+1222333444")]
    public void Numbers_outside_the_United_States_stay_whole_in_a_local_format(string given)
    {
        Assert.Equal((given, PhoneFormatter.NotUs), new PhoneFormatter(PhoneFormat.UsLocal, "1").Format(given, PhoneForm.Creation));
        Assert.Equal((given, PhoneFormatter.NotUs), new PhoneFormatter(PhoneFormat.UsLocalStandard, "1").Format(given, PhoneForm.Search));
    }

    [Theory]
    [Rule("CRM-30")]
    [InlineData(" tel:+1 (222) 333-44.44 ", "1", "+12223334444")]
    [InlineData("TEL:+1-222/333/4444", "1", "+12223334444")]
    [InlineData("[222] 333 4444", "1", "+12223334444")]
    [InlineData("2223334444", "44", "+442223334444")]
    [InlineData("44123456789", "44", "+44123456789")]
    [InlineData("+123456789012345", "1", "+123456789012345")]
    public void People_may_write_numbers_as_they_do(string given, string defaultCallingCode, string e164) =>
        Assert.Equal((e164, null), new PhoneFormatter(PhoneFormat.E164, defaultCallingCode).Format(given, PhoneForm.Creation));

    [Theory]
    [Rule("CRM-30")]
    [InlineData("client:alice")]
    [InlineData("12345")]
    [InlineData("+1234567890123456")]
    [InlineData("12223334444x5")]
    [InlineData("32223334444")]
    [InlineData("+")]
    [InlineData("+39")]
    [InlineData("+1 222 ٣٣٣ 4444")]
    public void What_is_no_number_is_passed_unchanged_with_a_warning(string given) =>
        Assert.All(Formats, format => Assert.Equal((given, PhoneFormatter.Unparsed), new PhoneFormatter(format, "1").Format(given, PhoneForm.Search)));

    [Theory]
    [Rule("CRM-31")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("Anonymous")]
    [InlineData(" BLOCKED ")]
    [InlineData("restricted")]
    [InlineData("withheld")]
    [InlineData("+266696687")]
    [InlineData("tel:+266-696-687")]
    [InlineData("+2562533")]
    public void A_withheld_number_counts_as_none(string given) =>
        Assert.All(Formats, format => Assert.Equal(("", null), new PhoneFormatter(format, "1").Format(given, PhoneForm.Search)));

    [Fact]
    [Rule("CRM-27")]
    [Rule("CRM-28")]
    public void Writing_a_number_keeps_all_of_its_digits_in_order()
    {
        var numbers = Gen.Choose(3, 15).SelectMany(length => Gen.Choose('0', '9').Select(digit => (char)digit).ArrayOf(length)).Select(digits => "+" + new string(digits));

        Prop.ForAll(numbers.ToArbitrary(), number =>
        {
            if (PhoneNumber.Parse(number, "1") is not { } parsed)
                return Write(number, PhoneFormat.Automatic) == number;
            return parsed.E164 == number
                && Write(number, PhoneFormat.International).Replace(" ", "", StringComparison.Ordinal) == number
                && Write(number, PhoneFormat.Automatic, PhoneForm.Search).Replace("*", "", StringComparison.Ordinal) == parsed.National;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    private static string Write(string given, PhoneFormat format, PhoneForm form = PhoneForm.Creation) => new PhoneFormatter(format, "1").Format(given, form).Text;

    [GeneratedRegex("[^0-9]+")]
    private static partial Regex Separators();
}
