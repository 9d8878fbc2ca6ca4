using ContactCenter.Crm.V1;
using ContactCenter.Events.Storage;
using Grpc.Core;

namespace ContactCenter.CrmConnector.Tests.Outbound;

/// <summary>A connector that attaches files, and a storage service that has them.</summary>
public abstract class UploadTest(TestServers servers) : OutboundTest(servers)
{
    protected const string Uploads = "POST /v2/Cases/9/Attachments";
    protected const string Link = "https://files.example.com/1";


    private protected FakeStorage Storage { get; private set; } = null!;

    protected override string[] Settings => [.. base.Settings, Storage.Setting];

    public override async ValueTask InitializeAsync()
    {
        Storage = await FakeStorage.StartAsync(Cancellation);
        await base.InitializeAsync();
        var respond = Crm.Respond;
        Crm.Respond = request => request == Uploads ? (200, """{"data":[{"details":{"id":"77"}}]}""") : respond(request);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Storage.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The uploads so far.</summary>
    protected List<string> Sent => [.. Requests.Where(request => request.StartsWith(Uploads, StringComparison.Ordinal))];

    /// <summary>Puts the connector to use, with the upload of the worked example.</summary>
    protected Task UseUploadAsync(Action<Connector>? change = null) => UseAsync(connector =>
    {
        (connector.Endpoints.UploadFile, connector.Upload) = (Examples.UploadFile(), Examples.Upload());
        connector.Endpoints.UploadFile.Url = connector.Endpoints.UploadFile.Url.Replace("https://api.crm.example.com", $"http://{Crm.Authority}", StringComparison.Ordinal);
        change?.Invoke(connector);
    });

    /// <summary>Has everything that waits tried now.</summary>
    protected async Task RunAsync()
    {
        foreach (var job in (await Operations.ListJobsAsync(new() { Filter = new() { Kind = "crm.call" } }, cancellationToken: Cancellation)).Jobs)
        {
            try
            {
                await Operations.RunJobNowAsync(new() { JobId = job.Id }, cancellationToken: Cancellation);
            }
            catch (RpcException exception) when (exception.StatusCode is StatusCode.FailedPrecondition or StatusCode.NotFound)
            {
                // Its time had come.
            }
        }
    }

    protected static Guid NewEventId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    /// <summary>A file of the worked example, which the storage service has.</summary>
    protected SessionFileReady Ready(string session = "call-1418", string kind = "recording", string name = "call-1418.mp3", int minute = 3, bool isSent = true)
    {
        var id = NewEventId().ToString();
        var bytes = "Hello, Kim\n"u8.ToArray();
        Storage.Files[id] = (1, [bytes]);
        return new()
        {
            EventId = NewEventId(),
            OccurredTime = Telling.Start.AddMinutes(minute),
            RecordedTime = Telling.Start.AddMinutes(minute),
            AccountSid = "AC1",
            SessionKind = session.Split('-')[0],
            SessionId = long.Parse(session.Split('-')[1], System.Globalization.CultureInfo.InvariantCulture),
            Kind = kind,
            FileId = id,
            Number = 1,
            FileName = name,
            ContentType = kind == "recording" ? "audio/mpeg" : "text/plain",
            Size = bytes.Length,
            Sha256 = "ab",
            Revision = 1,
            StorageUrl = Link,
            SendToCrm = isSent,
        };
    }

    /// <summary>The file with its next content.</summary>
    protected SessionFileReady Rewritten(SessionFileReady file)
    {
        var bytes = "Hello again\n"u8.ToArray();
        Storage.Files[file.FileId] = (file.Revision + 1, [bytes]);
        return file with { EventId = NewEventId(), Revision = file.Revision + 1, OccurredTime = file.OccurredTime.AddMinutes(10), Size = bytes.Length };
    }
}
