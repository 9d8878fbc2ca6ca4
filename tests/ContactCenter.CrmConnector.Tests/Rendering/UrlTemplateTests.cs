using ContactCenter.Contracts;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.CrmConnector.Sessions;
using ContactCenter.Egress;
using ContactCenter.Egress.Guard;

namespace ContactCenter.CrmConnector.Tests.Rendering;

public sealed class UrlTemplateTests
{
    private static readonly Session Known = Examples.Call with { AccountId = Examples.Id("a/b ?"), RecordId = Examples.Id(9) };

    [Theory]
    [Rule("CRM-40")]
    [Rule("CRM-72")]
    [InlineData("https://www.example.com/contact/{ACCOUNT_ID}", "https://www.example.com/contact/a%2Fb%20%3F")]
    [InlineData("https://www.example.com/?a={ACCOUNT_ID}&r={RECORD_ID}&x", "https://www.example.com/?a=a%2Fb%20%3F&r=9&x")]
    [InlineData("https://www.example.com/a?b?c/d={RECORD_ID}", "https://www.example.com/a?b?c/d=9")]
    [InlineData("https://www.example.com/app#/cases/{RECORD_ID}?x=1&y", "https://www.example.com/app#/cases/9?x=1&y")]
    [InlineData("https://www.example.com/é/%41\\{x\\}", "https://www.example.com/%C3%A9/%41%7Bx%7D")]
    [InlineData("https://www.example.com?id={RECORD_ID}", "https://www.example.com?id=9")]
    public void A_lookup_URL_takes_its_values_percent_encoded(string template, string url) =>
        Assert.Equal(url, Parse(template, Places.LookupUrl).Render(Examples.Values(Known).Value, []).Text);

    [Theory]
    [Rule("CRM-40")]
    [InlineData("https://www.example.com/find?ani={PHONE_NUMBER}&mail={SDK_EMAIL}&both={SDK_EMAIL}{NAME}&fixed=", "https://www.example.com/find?ani=%2B12223334444&both=Kim%20Lee&fixed=")]
    [InlineData("https://www.example.com/find?mail={SDK_EMAIL}", "https://www.example.com/find")]
    public void A_query_pair_of_which_all_variables_are_empty_is_left_out(string template, string url) =>
        Assert.Equal(url, Parse(template).Render(Examples.Values(Known).Value, []).Text);

    [Fact]
    [Rule("CRM-40")]
    public void An_empty_variable_in_the_path_holds_the_request_and_is_named()
    {
        var url = Parse("https://www.example.com/{RECORD_ID}/{SDK_EMAIL}/{SDK_NAME}?a={SDK_PHONE}").Render(Examples.Values(Known).Value, []);

        Assert.Equal(("", CrmErrors.UrlVariableEmpty, "SDK_EMAIL"), (url.Text, url.Refusal, url.Subject));
    }

    [Theory]
    [InlineData("..", "https://www.example.com/a/{SDK_NAME}/b")]
    [InlineData(".", "https://www.example.com/a/.{SDK_NAME}")]
    public void A_value_cannot_lead_to_another_path(string value, string template) =>
        Assert.Equal(CrmErrors.UrlVariableUnsafe, Parse(template).Render(Examples.Values(Known with { SdkName = value }).Value, []).Refusal);

    [Theory]
    [Rule("CRM-34")]
    [Rule("CRM-44")]
    [InlineData("=CONCAT_OR(a)", "FUNCTION_NOT_ALLOWED", 1)]
    [InlineData("http://www.example.com/", "URL_INVALID", 1)]
    [InlineData("ftp://www.example.com/", "URL_INVALID", 1)]
    [InlineData("//www.example.com/", "URL_INVALID", 1)]
    [InlineData("https://user:password@www.example.com/", "URL_INVALID", 1)]
    [InlineData("https://10.0.0.1/", "URL_INVALID", 1)]
    [InlineData("https://www.example.com/a b", "URL_INVALID", 1)]
    [InlineData("https://www.example.com/a#b", "URL_INVALID", 26)]
    [InlineData("https://{NAME}.example.com/", "URL_INVALID", 9)]
    [InlineData("https://www.example.com:{SESSION_ID}/", "URL_INVALID", 25)]
    [InlineData("https://www.example.com{NAME}", "URL_INVALID", 24)]
    [InlineData("{NAME}", "URL_INVALID", 1)]
    [InlineData("https://www.example.com/{RECORD_ID", "", 0)]
    [InlineData("https://www.example.com/\\x", "SYNTAX", 25)]
    [InlineData("https://www.example.com/{FILE_DATA}", "VARIABLE_NOT_AVAILABLE", 25)]
    public void A_URL_that_could_lead_elsewhere_is_refused(string text, string reason, int position)
    {
        var problems = new List<ParseProblem>();
        UrlTemplate.Parse(text, Places.Endpoint, Examples.Guard, problems);

        Assert.Equal(reason.Length > 0 ? [(reason, position)] : [], problems.Select(problem => (problem.Reason, problem.Position)));
    }

    [Fact]
    [Rule("CRM-44")]
    public void A_URL_has_a_largest_length_and_a_host_may_be_allowed_http()
    {
        var problems = new List<ParseProblem>();
        var allowing = new EgressGuard(new EgressOptions { AllowList = ["crm.corp.example:8080"] }, OwnListeners.None);

        Assert.NotNull(UrlTemplate.Parse("https://www.example.com/" + new string('a', 2_048 - 24), Places.Endpoint, Examples.Guard, problems));
        Assert.Null(UrlTemplate.Parse("https://www.example.com/" + new string('a', 2_049 - 24), Places.Endpoint, Examples.Guard, problems));
        Assert.Equal(2_049, Assert.Single(problems).Position);
        Assert.NotNull(UrlTemplate.Parse("http://crm.corp.example:8080/{NAME}", Places.Endpoint, allowing, problems));
    }

    [Theory]
    [Rule("CRM-72")]
    [InlineData("javascript:alert({ACCOUNT_ID})")]
    [InlineData("http://www.example.com/{ACCOUNT_ID}")]
    [InlineData("https://www.example.com/{NAME}")]
    public void What_a_browser_opens_is_https_with_ids_alone(string text)
    {
        var problems = new List<ParseProblem>();

        Assert.Null(UrlTemplate.Parse(text, Places.LookupUrl, Examples.Guard, problems));
        Assert.Single(problems);
    }

    private static UrlTemplate Parse(string text, Places place = Places.Endpoint)
    {
        var problems = new List<ParseProblem>();
        var url = UrlTemplate.Parse(text, place, Examples.Guard, problems);
        Assert.Empty(problems);
        return url!;
    }
}
