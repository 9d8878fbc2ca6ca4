using ContactCenter.InsightsEnrichment.Customers;
using Microsoft.Extensions.Options;

namespace ContactCenter.InsightsEnrichment.Tests.Customers;

public sealed class LinkKeyTests
{
    private const string FirstTask = "WT00000000000000000000000000000001";
    private static readonly LinkCandidates Nothing = new(FirstTask, null, null, null, false, null);
    private static readonly CustomerIds Ids = new(Options.Create(new CustomerOptions { IdKey = "test-customer-key-0123456789abcdef" }));

    private readonly LinkKeys _keys = Keys("1");

    public static TheoryData<LinkCandidates, LinkSource, string, string> Examples { get; } = new()
    {
        { Nothing with { ExternalId = "crm-4711", Phone = "+1 555 123 4567", Email = "a@b", Address = "+15550000000" }, LinkSource.ExternalId, "crm-4711", "cus_jk2jm4r5zr5hypi2eebgg3xswu" },
        { Nothing with { Phone = "1-555-123-4567", Email = "a@b" }, LinkSource.Phone, "+15551234567", "cus_hcllewivp4dhlg5nmvh4dlz4vq" },
        { Nothing with { Phone = "+44xxxxxxxxx", Email = " John.Doe@Example.com " }, LinkSource.Email, "john.doe@example.com", "cus_iicvx6fatzafpipktpxyt3u7ma" },
        { Nothing with { Address = "+44 (0)20 7946 0958" }, LinkSource.From, "+442079460958", "cus_lw6utei32yaofqvidfmzksfzo4" },
        { Nothing with { Address = "anonymous" }, LinkSource.ConversationId, FirstTask, "cus_ku52o2kwwhwc76emv3plhx5xje" },
        { Nothing with { Outbound = true, Address = "+15551234567" }, LinkSource.To, "+15551234567", "cus_hcllewivp4dhlg5nmvh4dlz4vq" },
        { Nothing with { ExternalId = "+15551234567" }, LinkSource.ExternalId, "+15551234567", "cus_hcllewivp4dhlg5nmvh4dlz4vq" },
        { Nothing with { ConversationId = "WT2", ExternalId = FirstTask }, LinkSource.ExternalId, FirstTask, "cus_ku52o2kwwhwc76emv3plhx5xje" },
    };

    [Theory, MemberData(nameof(Examples))]
    [Rule("INS-80"), Rule("INS-81"), Rule("INS-83")]
    public void The_worked_examples_give_their_customers(LinkCandidates candidates, LinkSource source, string value, string customerId)
    {
        var used = Assert.Single(_keys.Explain(candidates), step => step.NotUsed == NotUsed.Used);
        Assert.Equal((source, value, customerId), (used.Source, used.Key!.Value, Ids.Of(used.Key)));
    }

    [Fact]
    [Rule("INS-82"), Rule("INS-85")]
    public void An_external_id_is_a_phone_number_only_with_its_plus()
    {
        Assert.Equal(new LinkKey(KeyKind.ExternalId, "15551234567"), _keys.ExternalId(" 15551234567 "));
        Assert.Equal(new LinkKey(KeyKind.Phone, "+4930123456"), _keys.ExternalId("0049 30 123456"));
        Assert.Equal(new LinkKey(KeyKind.ExternalId, "+gold"), _keys.ExternalId("+gold"));
        Assert.Equal(new LinkKey(KeyKind.Email, "jo@example.com"), _keys.ExternalId("Jo@Example.com"));
        Assert.Equal(new LinkKey(KeyKind.ExternalId, "CRM-1"), _keys.ExternalId("CRM-1"));
    }

    [Theory]
    [Rule("INS-85")]
    [InlineData("1", "whatsapp:+15551234567", "+15551234567")]
    [InlineData("1", "SMS:(555) 123-4567", "+15551234567")]
    [InlineData("1", "tel:1.555.123.4567", "+15551234567")]
    [InlineData("1", "rcs:0044/20 7946 0958", "+442079460958")]
    [InlineData("1", "+123456789", "+123456789")]
    [InlineData("1", "+1234567", "+1234567")]
    [InlineData("1", "+123456789012345", "+123456789012345")]
    [InlineData("1", "+123456", null)]
    [InlineData("1", "+1234567890123456", null)]
    [InlineData("1", "25551234567", null)]
    [InlineData("1", "123456789", null)]
    [InlineData("1", "+44xxxxxxxxx", null)]
    [InlineData("1", "+١٢٣٤٥٦٧٨٩", null)]
    [InlineData("44", "020 7946 0958", "+442079460958")]
    [InlineData("44", "0044 20 7946 0958", "+442079460958")]
    [InlineData("44", "5551234567", null)]
    public void Phone_numbers_have_one_normal_form_or_none(string callingCode, string raw, string? normal) =>
        Assert.Equal(normal, Keys(callingCode).Phone(raw));

    [Theory]
    [Rule("INS-86")]
    [InlineData(" Jo@Example.COM ", "jo@example.com")]
    [InlineData("jo@", null)]
    [InlineData("@example.com", null)]
    [InlineData("a@b@c", null)]
    [InlineData("example.com", null)]
    public void Email_addresses_have_text_on_both_sides_of_one_at_sign(string raw, string? normal) => Assert.Equal(normal, LinkKeys.Email(raw));

    [Fact]
    [Rule("INS-86")]
    public void An_address_with_letters_that_is_no_email_is_used_as_it_is()
    {
        Assert.Equal(new LinkKey(KeyKind.Address, "client:Alice"), _keys.Address(" client:Alice "));
        Assert.Equal(new LinkKey(KeyKind.Email, "alice@example.com"), _keys.Address("Alice@example.com"));
        Assert.Equal(new LinkKey(KeyKind.Phone, "+15551234567"), _keys.Address("whatsapp:+1 555 123 4567"));
        Assert.Null(_keys.Address("12345"));
    }

    [Theory]
    [Rule("INS-87")]
    [InlineData("Anonymous")]
    [InlineData(" RESTRICTED ")]
    [InlineData("withheld")]
    [InlineData("+266696687")]
    [InlineData("sms:+86282452253")]
    [InlineData("+7378742833")]
    [InlineData("+8656696")]
    [InlineData("+2562533")]
    public void Values_that_name_nobody_never_link(string raw)
    {
        var steps = _keys.Explain(new("WT1", raw, raw, raw, false, raw));
        Assert.Equal([LinkSource.ConversationId], steps.Where(step => step.NotUsed == NotUsed.Used).Select(step => step.Source));
        Assert.All(steps.SkipLast(1), step => Assert.Equal(NotUsed.Anonymous, step.NotUsed));
    }

    [Fact]
    [Rule("INS-80")]
    public void Every_candidate_says_why_it_was_not_used() =>
        Assert.Equal(
            ["ExternalId NotGiven", "Phone NotUsable", "Email Used john.doe@example.com", "From AfterAnother +15551234567", "ConversationId AfterAnother WT1"],
            _keys.Explain(new("WT1", " ", "+44xxxxxxxxx", "John.Doe@example.com", false, "+1 555 123 4567"))
                .Select(step => $"{step.Source} {step.NotUsed} {step.Key?.Value}".TrimEnd()));

    private static LinkKeys Keys(string callingCode) => new(new CustomerOptions { DefaultCallingCode = callingCode });
}
