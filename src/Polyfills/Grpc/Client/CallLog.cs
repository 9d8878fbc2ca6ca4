using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client;

/// <summary>What a channel logs.</summary>
internal static partial class CallLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Call {Method} failed with gRPC error status {StatusCode}: {StatusDetail}")]
    internal static partial void CallFailed(ILogger logger, string method, StatusCode statusCode, string statusDetail, Exception? exception);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "The configured CallCredentials were not used because the call does not use TLS.")]
    internal static partial void CallCredentialsNotUsed(ILogger logger);
}
