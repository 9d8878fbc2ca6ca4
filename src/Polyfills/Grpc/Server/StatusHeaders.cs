using System.Globalization;
using Grpc.Core;
using Grpc.Framing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Grpc.AspNetCore.Server;

/// <summary>Writes the outcome of a call as headers or trailers.</summary>
internal static class StatusHeaders
{
    private static readonly StringValues[] Codes = [.. Enum.GetValues<StatusCode>().Select(code => new StringValues(CodeText(code)))];

    internal static void Write(IHeaderDictionary destination, in Status status)
    {
        var code = (int)status.StatusCode;
        destination.GrpcStatus = (uint)code < (uint)Codes.Length ? Codes[code] : CodeText(status.StatusCode);
        if (!string.IsNullOrEmpty(status.Detail))
            destination.GrpcMessage = PercentEncoding.Encode(status.Detail);
    }

    internal static string CodeText(StatusCode code) => ((int)code).ToString(CultureInfo.InvariantCulture);
}
