using ContactCenter.Contracts;
using ContactCenter.Egress;
using ContactCenter.Egress.Http;
using ContactCenter.ServiceDefaults;
using ContactCenter.Storage.V1;
using Grpc.Core;

namespace ContactCenter.CrmConnector.Outbound;

/// <summary>Sends files: their bytes go from the storage service to the CRM as they come, and are never here as a whole (CRM-125).</summary>
/// <param name="files">The storage service.</param>
public sealed class FileSender(FileService.FileServiceClient files)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    /// <summary>Makes the call of a request with a file.</summary>
    /// <param name="request">What is sent.</param>
    /// <param name="call">The call without its body.</param>
    /// <param name="send">Makes it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The outcome. Without the bytes it is a wait, or final if they are nowhere any more: the CRM has no part in that.</returns>
    internal async Task<EgressOutcome> SendAsync(SentRequest request, EgressRequest call, Func<EgressRequest, Task<EgressOutcome>> send, CancellationToken cancellationToken)
    {
        EgressFailure? trouble = null;
        // Before a connection to the CRM is made: a request that breaks off is one to the CRM too.
        using var first = await OpenAsync();
        if (trouble is not null)
            return new() { Failure = trouble };
        var opened = first;
        var outcome = await send(call with { Body = default, NewContent = () => new FileContent(request, Interlocked.Exchange(ref opened, null), OpenAsync, Note) });
        return trouble is null ? outcome : new() { Failure = trouble };

        async Task<AsyncServerStreamingCall<ReadFileResponse>?> OpenAsync()
        {
            var stream = files.ReadFile(new() { FileId = request.File!.FileId, Revision = request.File.Revision }, cancellationToken: cancellationToken);
            try
            {
                if (await stream.ResponseStream.MoveNext(cancellationToken))
                    return stream;
                Note(null);
            }
            catch (RpcException failed)
            {
                Note(failed);
            }

            stream.Dispose();
            return null;
        }

        void Note(RpcException? failed)
        {
            cancellationToken.ThrowIfCancellationRequested();
            trouble = FailureOf(failed);
        }
    }

    private static EgressFailure FailureOf(RpcException? failed) => failed is null ? Waiting("FILE_UNAVAILABLE") : RpcErrors.ReasonOf(failed) switch
    {
        StorageErrors.FileReplaced => Waiting(CrmErrors.FileReplaced),
        StorageErrors.FileNotFound or StorageErrors.ContentNotStaged =>
            new(ErrorClass.None, "FILE_GONE", "The storage service does not have the bytes of the file.") { Decision = EgressDecision.Final, DecisionIsFixed = true },
        _ => Waiting("FILE_UNAVAILABLE"),
    };

    private static EgressFailure Waiting(string reason) =>
        new(ErrorClass.None, reason, "The storage service does not give the bytes of the file now.") { Decision = EgressDecision.Wait, DecisionIsFixed = true, Delay = Pause };
}
