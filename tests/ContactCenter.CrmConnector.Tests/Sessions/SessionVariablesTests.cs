using ContactCenter.CrmConnector.Phones;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.CrmConnector.Sessions;

namespace ContactCenter.CrmConnector.Tests.Sessions;

public sealed class SessionVariablesTests
{
    [Fact]
    [Rule("CRM-45")]
    public void Every_variable_has_the_value_and_the_type_of_the_specification()
    {
        var session = Examples.Call with
        {
            AgentCustomId = "007",
            EndUserId = 77,
            OutboundPhoneNumber = "(222) 333-5555",
            Language = "en",
            CustomUserId = "kim-1",
            AccountId = Examples.Id(123),
            RecordId = Examples.Id("9"),
            MenuPath = "Orders/New",
            SdkName = "Kim",
            SdkEmail = "k@sdk.example",
            SdkPhone = "(222) 333-4444",
            SdkIdentifier = "u-1",
            SmartActionSessionId = "sa-1",
            Feedback = "good",
            DeviceType = "phone",
            Direction = "incoming",
            AfterCallWork = TimeSpan.FromSeconds(61),
            SmartActionVerified = "yes",
            SmartActionText = "4711",
        };
        var values = Examples.Values(session, comment: "Hello");

        Assert.Equal(
            """
            AGENT_ID=#5 AGENT_CUSTOM_ID=007 AGENT_EMAIL=jane.smith@example.com NAME=Kim Lee FIRST_NAME=Kim LAST_NAME=Lee UJET_ID=#77 EMAIL=kim@example
            SESSION_TYPE=Voice Inbound (IVR) PHONE_NUMBER=+12223334444 OUTBOUND_PHONE_NUMBER=+12223335555 Call_ID=#1418 Chat_ID= LANG=en CUSTOM_USER_ID=kim-1
            ACCOUNT_ID=#123 RECORD_ID=9 SESSION_ID=#1418 MENU_PATH=Orders/New QUEUE_NAME=Orders QUEUE_ID=#8 SDK_NAME=Kim SDK_EMAIL=k@sdk.example
            SDK_PHONE=(222) 333-4444 SDK_IDENTIFIER=u-1 SMART_ACTION_SESSION_ID=sa-1 RATING=#5 FEEDBACK=good CALL_DURATION=02:06 HOLD_TIME=00:05 WAIT_TIME=00:27
            DEVICE_TYPE=phone DISCONNECTED_BY=agent CHANNEL=voice_call TICKET_SUBJECT=Voice Inbound (IVR) 1418 TICKET_DESCRIPTION=Queue: Orders|Menu path: Orders/New|
            Phone: +12223334444|E-mail: kim@example|Language: en|Device: phone|Wait: 00:27|Duration: 02:06 TICKET_DESCRIPTION_HTML=Queue: Orders<br>
            Menu path: Orders/New<br>Phone: +12223334444<br>E-mail: kim@example<br>Language: en<br>Device: phone<br>Wait: 00:27<br>Duration: 02:06
            COMMENT_BODY=Hello FILE_DATA= ATTACHMENT_ID= DIRECTION=incoming SOURCE_TYPE=PHONE ACW_DURATION=01:01 SMART_ACTION_VERIFIED=yes SMART_ACTION_TEXT=4711
            """.Replace("|\n", "|", StringComparison.Ordinal).Replace("<br>\n", "<br>", StringComparison.Ordinal).Replace('\n', ' '),
            string.Join(' ', Variables.All.Select(variable => $"{variable.Name}={(values.Value(variable).IsNumber ? "#" : "")}{values.Value(variable).Text.Replace('\n', '|')}")));
    }

    [Fact]
    [Rule("CRM-45")]
    public void A_session_of_which_nothing_is_known_has_no_values_but_the_last_name() =>
        Assert.Equal(["LAST_NAME"], Variables.All.Where(variable => !Examples.Values(new()).Value(variable).IsEmpty).Select(variable => variable.Name));

    [Fact]
    [Rule("CRM-45")]
    public void A_chat_has_values_of_its_own()
    {
        var values = Examples.Values(new() { SessionId = 73522, Channel = Channel.Chat });

        Assert.Equal(
            ["73522", "", "chat", "CHAT"],
            new[] { Variables.ChatId, Variables.CallId, Variables.Channel, Variables.SourceType }.Select(variable => values.Value(variable).Text));
    }

    [Theory]
    [Rule("CRM-46")]
    [InlineData("Kim Lee", "Kim", "Lee")]
    [InlineData("  Kim\tvan  der Lee ", "Kim", "van  der Lee")]
    [InlineData("Kim", "Kim", "--")]
    [InlineData(" ", "", "--")]
    [InlineData(null, "", "--")]
    public void First_and_last_name_come_from_the_name(string? name, string first, string last)
    {
        var values = Examples.Values(new() { Name = name });

        Assert.Equal((first, last), (values.Value(Variables.FirstName).Text, values.Value(Variables.LastName).Text));
    }

    [Theory]
    [Rule("CRM-45")]
    [InlineData(true, "test.user3@test.co", "given", "test.user3")]
    [InlineData(true, null, "given", "given")]
    [InlineData(false, "test.user3@test.co", "given", "given")]
    [InlineData(true, "@test.co", "given", "given")]
    public void The_custom_user_id_of_a_mobile_user_is_the_beginning_of_the_address(bool mobile, string? email, string given, string id) =>
        Assert.Equal(id, Examples.Values(new() { IsMobile = mobile, Email = email, CustomUserId = given }).Value(Variables.CustomUserId).Text);

    [Theory]
    [Rule("CRM-45")]
    [InlineData(3_725, "62:05")]
    [InlineData(0, "00:00")]
    [InlineData(360_000, "6000:00")]
    public void Minutes_do_not_wrap(int seconds, string text) =>
        Assert.Equal(text, Examples.Values(new() { Duration = TimeSpan.FromSeconds(seconds) }).Value(Variables.CallDuration).Text);

    [Fact]
    [Rule("CRM-48")]
    public void Subject_and_description_follow_the_templates_of_the_connector()
    {
        var subject = ExpressionParser.ParseText("{NAME} & {QUEUE_NAME}", Places.Ticket, []);
        var description = ExpressionParser.ParseText("<b>{NAME}</b>\nRated {RATING} 'so'", Places.Ticket, []);
        var values = new SessionVariables(Examples.Call, new(Crm.V1.PhoneFormat.E164, "1"), PhoneForm.Creation, subject, description, "");

        Assert.Equal("Kim Lee & Orders", values.Value(Variables.TicketSubject).Text);
        Assert.Equal("<b>Kim Lee</b>\nRated 5 'so'", values.Value(Variables.TicketDescription).Text);
        Assert.Equal("&lt;b&gt;Kim Lee&lt;/b&gt;<br>Rated 5 &#39;so&#39;", values.Value(Variables.TicketDescriptionHtml).Text);
    }

    [Fact]
    [Rule("CRM-29")]
    [Rule("CRM-30")]
    [Rule("CRM-50")]
    public void Values_are_cleaned_and_cut_with_a_warning_each()
    {
        var session = new Session
        {
            Name = "a\0b\u0001c\td\r\ne",
            Feedback = new string('x', 32_767) + "😀",
            PhoneNumber = "+390612345678",
            OutboundPhoneNumber = "front desk",
            Email = new string('x', 32_768),
        };
        var values = Examples.Values(session, format: Crm.V1.PhoneFormat.UsLocal);

        Assert.Equal("abc\td\r\ne", values.Value(Variables.Name).Text);
        Assert.Equal(32_767, values.Value(Variables.Feedback).Text.Length);
        Assert.Equal(32_768, values.Value(Variables.Email).Text.Length);
        Assert.Equal("+390612345678", values.Value(Variables.PhoneNumber).Text);
        Assert.Equal("front desk", values.Value(Variables.OutboundPhoneNumber).Text);
        Assert.Equal(
            [("VALUE_TRUNCATED", Variables.Feedback), ("PHONE_UNPARSED", Variables.OutboundPhoneNumber), ("PHONE_NOT_US", Variables.PhoneNumber)], values.Warnings);
    }
}
