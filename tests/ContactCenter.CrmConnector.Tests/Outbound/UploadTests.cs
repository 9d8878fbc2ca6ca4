using System.Text;
using ContactCenter.Crm.V1;
using ContactCenter.Events.Crm;

namespace ContactCenter.CrmConnector.Tests.Outbound;

/// <summary>How files come to records (section 2.11).</summary>
public sealed class UploadTests(TestServers servers) : UploadTest(servers)
{
    [Fact]
    [Rule("CRM-71")]
    [Rule("CRM-91")]
    [Rule("CRM-107")]
    [Rule("CRM-117")]
    [Rule("CRM-118")]
    [Rule("CRM-119")]
    [Rule("CRM-121")]
    [Rule("CRM-122")]
    [Rule("CRM-123")]
    [Rule("CRM-124")]
    public async Task A_file_is_attached_once_as_a_part_of_a_form_and_its_address_is_commented()
    {
        // What is told of a session is told in order, each to somebody.
        var (accounts, _) = await ReceiveAsync<CrmAccountResolved>();
        var (records, _) = await ReceiveAsync<CrmRecordResolved>();
        var (bus, uploaded) = await ReceiveAsync<CrmFileUploaded>();
        await UseUploadAsync(connector => connector.Endpoints.UploadFile.Parameters.Add(Examples.Parameter("note", "{SESSION_TYPE}, \"{NAME}\"")));
        var call = new Telling();
        var file = Ready();

        // Before there is a record it waits for one.
        await TellAsync(file);
        await StandAsync(call.Name, "File Blocked RECORD_UNRESOLVED");
        await TellAsync(call.Assigned());
        await StandAsync(call.Name, "Account Succeeded", "Record Succeeded", "File Succeeded", "Comment Succeeded");
        await TellAsync(file);

        var operation = (await ListAsync(call.Name))[2];
        var boundary = $"contactcenter-{operation.OperationId.Replace("-", "", StringComparison.Ordinal)}";
        Assert.Equal(
            $"{Uploads} --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"call-1418.mp3\"\r\nContent-Type: audio/mpeg\r\n\r\nHello, Kim\n\r\n"
            + $"--{boundary}\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nVoice Inbound (IVR), \"Kim Lee\"\r\n--{boundary}--",
            Assert.Single(Sent));
        Assert.Contains($"multipart/form-data; boundary={boundary}", Crm.ContentTypes);
        Assert.Contains(operation.OperationId, Crm.IdempotencyKeys);
        Assert.Equal(["Call recording uploaded: call-1418.mp3 | https://api.crm.example.com/v2/Cases/9/Attachments/77"], Comments);
        var told = await uploaded;
        foreach (var stopped in new[] { accounts, records, bus })
            await stopped.StopAsync(Cancellation);
        Assert.Equal(
            (1418, file.FileId, "recording", 1, "77", "https://api.crm.example.com/v2/Cases/9/Attachments/77"),
            (told.SessionId, told.FileId, told.Kind, told.Revision, told.AttachmentId, told.Url));
    }

    [Fact]
    [Rule("CRM-101")]
    [Rule("CRM-115")]
    [Rule("CRM-117")]
    [Rule("CRM-118")]
    [Rule("CRM-121")]
    [Rule("CRM-122")]
    public async Task A_file_is_attached_as_base64_and_an_answer_without_its_address_holds_it()
    {
        await UseUploadAsync(connector =>
        {
            (connector.Upload.Type, connector.Comments) = (UploadType.Base64Form, new() { ConvertToHtml = true });
            connector.Upload.Attachment = new() { Type = AttachmentType.Url };
            connector.Endpoints.UploadFile.Parameters.Add(Examples.Parameter("id", "{RECORD_ID}"));
        });
        var (first, second, third) = (new Telling(), new Telling(1419), new Telling(1420));
        var respond = Crm.Respond;
        Crm.Respond = request => request == Uploads ? (200, """{"id":123,"url":"https://some-hosted-url.com/?a=1&b=2"}""") : respond(request);
        await TellAsync(first.Assigned(), Ready());
        await StandAsync(first.Name, "Account Succeeded", "Record Succeeded", "File Succeeded", "Comment Succeeded");
        Assert.Equal($$"""{{Uploads}} {"file":"SGVsbG8sIEtpbQo=","id":"9"}""", Assert.Single(Sent));
        Assert.Equal(
            ["<p>Call recording uploaded: call-1418.mp3<br><a href=\\\"https://some-hosted-url.com/?a=1&amp;b=2\\\">https://some-hosted-url.com/?a=1&amp;b=2</a></p>"], Comments);

        // Nothing that a browser would run is an address.
        foreach (var (call, answer) in new[] { (second, """{"id":123}"""), (third, """{"url":"javascript:alert(1)"}""") })
        {
            Crm.Respond = request => request == Uploads ? (200, answer) : respond(request);
            await TellAsync(call.Assigned(), Ready(call.Name));
            await StandAsync(call.Name, "Account Succeeded", "Record Succeeded", "File Held ATTACHMENT_MISSING");
        }

        var held = (await Work.GetOperationAsync(new() { OperationId = (await ListAsync(second.Name))[2].OperationId }, cancellationToken: Cancellation)).Operation;
        Assert.Equal(("""{"file":"{FILE_DATA}","id":"9"}""", """{"id":123}"""), (held.Request.Body, held.ResponseExcerpt));
        Crm.Respond = request => request == Uploads ? (200, """{"id":123,"url":"https://some-hosted-url.com/"}""") : respond(request);
        await Work.ReplayOperationAsync(new() { OperationId = held.OperationId }, cancellationToken: Cancellation);
        await StandAsync(second.Name, "Account Succeeded", "Record Succeeded", "File Succeeded", "Comment Succeeded");
    }

    [Fact]
    [Rule("CRM-7")]
    [Rule("CRM-91")]
    [Rule("CRM-119")]
    [Rule("CRM-120")]
    [Rule("CRM-125")]
    public async Task What_the_crm_does_not_get_is_linked_or_left_out()
    {
        await UseUploadAsync(connector => connector.Upload.Type = UploadType.Base64Form);
        var (linked, other, large) = (new Telling(), new Telling(1419), new Telling(1420));

        var stored = Ready(isSent: false);
        await TellAsync(linked.Assigned(), stored, stored with { EventId = NewEventId(), Revision = 2 });
        await StandAsync(linked.Name, "Account Succeeded", "Record Succeeded", "File Skipped NOT_SENT_TO_CRM", "File Skipped NOT_SENT_TO_CRM", "Comment Succeeded");
        Assert.Equal([$"Call recording: call-1418.mp3 | {Link}"], Comments);

        await TellAsync(other.Assigned(), Ready(other.Name, kind: "photo"));
        await StandAsync(other.Name, "Account Succeeded", "Record Succeeded", "File Skipped KIND_NOT_SELECTED");

        await TellAsync(large.Assigned(), Ready(large.Name) with { Size = (25 << 20) + 1 });
        await StandAsync(large.Name, "Account Succeeded", "Record Succeeded", "File Held FILE_TOO_LARGE", "Comment Succeeded");
        Assert.Empty(Sent);
        Assert.Equal(2, Comments.Count);
    }

    [Fact]
    [Rule("CRM-7")]
    public async Task Without_an_endpoint_files_are_left_out()
    {
        await UseAsync();
        var call = new Telling();

        await TellAsync(call.Assigned(), Ready());

        await StandAsync(call.Name, "Account Succeeded", "Record Succeeded", "File Skipped ENDPOINT_NOT_CONFIGURED");
    }

    [Theory]
    [Rule("CRM-124")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_rewritten_metadata_file_is_attached_again_only_if_that_is_wanted(bool isWanted)
    {
        await UseUploadAsync(connector => (connector.Upload.ReuploadMetadata, connector.Upload.AddComment) = (isWanted, false));
        var call = new Telling();
        var (metadata, transcript) = (Ready(kind: "metadata", name: "call-1418.json", minute: 1), Ready(kind: "transcript", name: "call-1418.txt", minute: 2));
        await TellAsync(call.Assigned(), metadata, transcript);
        await StandAsync(call.Name, "Account Succeeded", "Record Succeeded", "File Succeeded", "File Succeeded");

        await TellAsync(Rewritten(metadata), Rewritten(transcript));

        await StandAsync(
            call.Name, "Account Succeeded", "Record Succeeded", "File Succeeded", "File Succeeded", isWanted ? "File Succeeded" : "File Skipped ALREADY_ATTACHED", "File Succeeded");
        Assert.Equal(isWanted ? 4 : 3, Sent.Count);
    }

    [Fact]
    [Rule("CRM-118")]
    [Rule("CRM-125")]
    public async Task Base64_is_made_over_the_borders_of_what_comes()
    {
        await UseUploadAsync(connector => (connector.Upload.Type, connector.Upload.AddComment, connector.Upload.Attachment) = (UploadType.Base64Form, false, null));
        var call = new Telling();
        // Eleven bytes end with padding; these do not.
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40_000).Select(number => $"{number},")))[..180_000];
        var file = Ready() with { Size = bytes.Length };
        Storage.Files[file.FileId] = (1, [bytes[..1], bytes[1..100_000], bytes[100_000..100_002], bytes[100_002..]]);

        await TellAsync(call.Assigned(), file);

        await StandAsync(call.Name, "Account Succeeded", "Record Succeeded", "File Succeeded");
        Assert.Equal($$"""{{Uploads}} {"file":"{{Convert.ToBase64String(bytes)}}"}""", Assert.Single(Sent));
    }
}
