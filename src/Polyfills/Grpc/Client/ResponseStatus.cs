using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Framing;

namespace Grpc.Net.Client;

/// <summary>The status that a response carries, or that follows from what it lacks.</summary>
internal static class ResponseStatus
{
    /// <summary>A response without the one message that it must have.</summary>
    internal static readonly Status MessageMissing = new(StatusCode.Internal, "Failed to deserialize response message.");

    /// <summary>The status of a response that has no messages; null when messages may follow.</summary>
    internal static Status? BeforeMessages(HttpResponseMessage response, bool needsMessage, out HttpHeaders? trailers)
    {
        // A status in the headers says that there is no message, whatever else the response looks like.
        if (Read(response.Headers) is { } status)
        {
            trailers = response.Headers;
            return needsMessage && status.StatusCode == StatusCode.OK ? MessageMissing : status;
        }

        trailers = null;
        if (response.Version < HttpVersion.Version20)
            return new Status(StatusCode.Internal, $"Bad gRPC response. Response protocol downgraded to HTTP/{response.Version.ToString(2)}.");

        if (response.StatusCode != HttpStatusCode.OK)
            return new Status(ToStatusCode(response.StatusCode), $"Bad gRPC response. HTTP status code: {(int)response.StatusCode}");

        if (!response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var types))
            return new Status(StatusCode.Cancelled, "Bad gRPC response. Response did not have a content-type header.");

        var type = types.ToString();
        return GrpcProtocol.IsGrpcContentType(type)
            ? null
            : new Status(StatusCode.Cancelled, $"Bad gRPC response. Invalid content-type value: {type}");
    }

    /// <summary>The status that follows the last message.</summary>
    internal static Status AfterMessages(HttpResponseMessage response, out HttpHeaders trailers)
    {
        trailers = response.TrailingHeaders;
        return Read(trailers) ?? new Status(StatusCode.Cancelled, "No grpc-status found on response.");
    }

    private static Status? Read(HttpHeaders headers)
    {
        if (!headers.NonValidated.TryGetValues(GrpcProtocol.StatusTrailer, out var codes))
            return null;

        var message = headers.NonValidated.TryGetValues(GrpcProtocol.MessageTrailer, out var messages) ? PercentEncoding.Decode(messages.ToString()) : "";
        return int.TryParse(codes.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? new Status((StatusCode)code, message)
            : new Status(StatusCode.Cancelled, $"Unexpected grpc-status value: {codes}");
    }

    private static StatusCode ToStatusCode(HttpStatusCode code) => code switch
    {
        HttpStatusCode.BadRequest => StatusCode.Internal,
        HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
        HttpStatusCode.NotFound => StatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };
}
