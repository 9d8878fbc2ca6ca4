using System.Text.Json;
using ContactCenter.InsightsEnrichment.Conversations;
using ContactCenter.InsightsEnrichment.Customers;

namespace ContactCenter.InsightsEnrichment.Tests.Customers;

public sealed class ConversationCustomerTests
{
    private static readonly LinkKeys Keys = new(new CustomerOptions());

    [Fact]
    [Rule("INS-84")]
    public void An_external_id_that_comes_after_the_first_completion_changes_nothing()
    {
        var customer = Of(LateExternalId());
        Assert.Equal((new LinkKey(KeyKind.Phone, "+15551234567"), LinkSource.Phone, false), (customer.Key, customer.Source, customer.Provisional));
        Assert.Equal(["external_id_late external_id"], Warnings(customer));
        Assert.Equal("crm-4711", customer.Fields["external_id"].Value);
    }

    [Fact]
    [Rule("INS-84")]
    public void Before_the_first_completion_the_customer_is_provisional_and_follows_the_attributes()
    {
        var life = new TaskLife { Attributes = """{"from":"+15551234567"}""" }.Created("09:00:00");
        Assert.Equal((true, LinkSource.From), (Of(life).Provisional, Of(life).Source));
        life.Attributes = """{"from":"+15551234567","customers":{"external_id":"crm-4711"}}""";
        life.Offered("09:00:01", 1, "John Doe", "Level 1");
        Assert.Equal((true, LinkSource.ExternalId), (Of(life).Provisional, Of(life).Source));
    }

    [Fact]
    [Rule("INS-88"), Rule("INS-42"), Rule("INS-43"), Rule("INS-44"), Rule("INS-45")]
    public void Values_are_the_latest_that_are_not_empty_and_bad_ones_are_left_out_with_a_warning()
    {
        var life = new TaskLife
        {
            Attributes = Json(new
            {
                name = "Old",
                organization = "Acme",
                acquisition_date = "1901-01-01",
                year_of_birth = "1980",
                geo_location = "-22.5743922;17.0790688",
                business_value = "12.5",
                customer_link = "https://example.com/1",
            }),
        }.Reserved("timeout", "09:00:20", 1, "John Doe", "Level 1");
        life.Attributes = Json(new
        {
            name = new string('N', 130),
            organization = "",
            acquisition_date = "2050-01-01",
            year_of_birth = "1900",
            geo_location = "91;0",
            business_value = "many",
            customer_link = "https://example.com/" + new string('x', 2048),
        });
        var customer = Of(life.Reserved("completed", "09:04:00", 2, "John Doe", "Level 1"));

        Assert.Equal(
            [
                "acquisition_date=1901-01-01", "business_value=12.5", "customer_link=https://example.com/1", "geo_location=-22.5743922;17.0790688",
                $"name={new string('N', 128)}", "organization=Acme", "year_of_birth=1980",
            ],
            customer.Fields.Select(field => $"{field.Key}={field.Value.Value}"));
        Assert.Equal(
            [
                "date_out_of_range acquisition_date", "date_out_of_range year_of_birth", "geo_not_usable geo_location", "link_too_long customer_link",
                "measure_not_numeric business_value", "value_truncated name",
            ],
            Warnings(customer).Order(StringComparer.Ordinal));
    }

    [Theory]
    [Rule("INS-38"), Rule("INS-89")]
    [InlineData("""{"direction":"inbound","caller":"+15551234567","from_country":"US","caller_city":"Reno","to":"+1800","to_zip":"9"}""", "city=Reno country=US phone=+15551234567")]
    [InlineData("""{"direction":"outbound-dial","from":"+18001234567","called":"+15551234567","to_zip":"89501","called_zip":"1","from_state":"NV"}""", "phone=+15551234567 zip=89501")]
    [InlineData("""{"direction":"inbound","from":"Anonymous","from_country":"US","customers":{"country":"CA"}}""", "country=CA")]
    [InlineData("""{"direction":"internal","from":"client:alice","customers":{"type":"VIP"}}""", "phone=client:alice type=Agent")]
    public void TaskRouter_gives_what_the_attributes_do_not(string attributes, string fields)
    {
        var life = new TaskLife { Attributes = attributes }.Reserved("completed", "09:04:00", 2, "John Doe", "Level 1");
        Assert.Equal(fields, string.Join(' ', Of(life).Fields.Select(field => $"{field.Key}={field.Value.Value}")));
    }

    /// <summary>EX-5: the offer times out without, and completes with an identifier of the company's own.</summary>
    internal static TaskLife LateExternalId(int number = 1)
    {
        var life = new TaskLife(number) { Attributes = """{"direction":"inbound","customers":{"phone":"+15551234567"}}""" }
            .Offered("09:00:00", number * 10 + 1, "John Doe", "Level 1").Reserved("timeout", "09:00:20", number * 10 + 1, "John Doe", "Level 1")
            .Offered("09:00:21", number * 10 + 2, "Alba Perez", "Level 1").Reserved("accepted", "09:00:25", number * 10 + 2, "Alba Perez", "Level 1");
        life.Attributes = """{"direction":"inbound","customers":{"phone":"+15551234567","external_id":"crm-4711"}}""";
        return life.Reserved("completed", "09:04:00", number * 10 + 2, "Alba Perez", "Level 1").Completed("09:04:00.100");
    }

    private static ConversationCustomer Of(TaskLife life) => ConversationCustomer.Of(life.TaskSid, [TaskTimeline.Build(life.Events)], Keys);

    private static string Json(object customers) => JsonSerializer.Serialize(new { customers });

    private static IEnumerable<string> Warnings(ConversationCustomer customer) => customer.Warnings?.Select(warning => $"{warning.Code} {warning.Field}") ?? [];
}
