using System.Text;
using ContactCenter.Contracts;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace ContactCenter.ServiceDefaults;

/// <summary>
/// Typed gRPC errors: a status whose details hold exactly one <c>google.rpc.ErrorInfo</c> and, where it helps the caller,
/// field violations or a time to wait. Throw what these methods return.
/// </summary>
/// <remarks>
/// Every method takes the error's domain (<c>contactcenter.insights</c>) and its reason in UPPER_SNAKE, which are part of
/// the contract, and a message for people, which is not. What callers sent is shown cut, and of very many field violations the
/// first: an error travels in headers, of which clients take 8 KiB by default.
/// </remarks>
public static class RpcErrors
{
    // In UTF-8 bytes. A message travels as text and again within the details; percent-encoded and as Base64 they stay below 8 KiB.
    private const int LongestMessage = 1_000, LongestText = 300, MostViolationBytes = 2_000;

    // By its number: Google.Api.CommonProtos 2.0.0 still calls this field "type", later ones "reason".
    private static readonly IFieldAccessor ReasonField = ErrorInfo.Descriptor.FindFieldByNumber(1).Accessor;

    /// <summary>One field of the request is wrong.</summary>
    /// <param name="domain">The area the error belongs to, such as <c>contactcenter.insights</c>.</param>
    /// <param name="reason">The reason in UPPER_SNAKE.</param>
    /// <param name="field">The field's path as in the proto file: <c>segment.start_time</c>.</param>
    /// <param name="description">What is wrong and what would be right.</param>
    public static RpcException InvalidArgument(string domain, string reason, string field, string description) =>
        InvalidArgument(domain, reason, [(field, description)]);

    /// <summary>Several fields of the request are wrong; the message names them all.</summary>
    /// <param name="domain">The area the error belongs to.</param>
    /// <param name="reason">The reason in UPPER_SNAKE.</param>
    /// <param name="violations">At least one field path with its description.</param>
    public static RpcException InvalidArgument(
        string domain, string reason, IReadOnlyCollection<(string Field, string Description)> violations)
    {
        var fields = new BadRequest();
        foreach (var (field, description) in violations)
        {
            var violation = new BadRequest.Types.FieldViolation { Field = Cut(field, LongestText), Description = Cut(description, LongestText) };
            if (fields.FieldViolations.Count > 0 && fields.CalculateSize() + violation.CalculateSize() > MostViolationBytes)
                break;
            fields.FieldViolations.Add(violation);
        }

        var message = string.Join("; ", violations.Select(violation => $"{violation.Field}: {violation.Description}"));
        return Create(StatusCode.InvalidArgument, domain, reason, message, fields);
    }

    /// <summary>Several fields of the request are wrong, each for a reason of its own; the message names them all.</summary>
    /// <param name="domain">The area the error belongs to.</param>
    /// <param name="violations">At least one field path with its reason and its description, which says that reason too.</param>
    /// <returns>The error with the reason that all have in common, else <see cref="SharedErrors.FieldInvalid"/>.</returns>
    public static RpcException InvalidArgument(string domain, IReadOnlyList<(string Field, string Reason, string Description)> violations) => InvalidArgument(
        domain,
        violations.All(violation => violation.Reason == violations[0].Reason) ? violations[0].Reason : SharedErrors.FieldInvalid,
        [.. violations.Select(violation => (violation.Field, violation.Description))]);

    /// <summary>The thing named by the request does not exist.</summary>
    /// <param name="domain">The area the error belongs to.</param>
    /// <param name="reason">The reason in UPPER_SNAKE.</param>
    /// <param name="resourceType">What kind of thing: <c>conversation</c>.</param>
    /// <param name="resourceName">Its id as the caller gave it.</param>
    public static RpcException NotFound(string domain, string reason, string resourceType, string resourceName) =>
        Create(StatusCode.NotFound, domain, reason, $"There is no {resourceType} '{Cut(resourceName, LongestText)}'.",
            new ResourceInfo { ResourceType = resourceType, ResourceName = Cut(resourceName, LongestText) });

    /// <summary>The thing to be created exists already.</summary>
    /// <param name="domain">The area the error belongs to.</param>
    /// <param name="reason">The reason in UPPER_SNAKE.</param>
    /// <param name="message">What exists, and how to find it.</param>
    public static RpcException AlreadyExists(string domain, string reason, string message) =>
        Create(StatusCode.AlreadyExists, domain, reason, message);

    /// <summary>The present state does not allow the call; repeating it does not help until the state changes.</summary>
    /// <param name="domain">The area the error belongs to.</param>
    /// <param name="reason">The reason in UPPER_SNAKE.</param>
    /// <param name="message">Which state is in the way.</param>
    public static RpcException FailedPrecondition(string domain, string reason, string message) =>
        Create(StatusCode.FailedPrecondition, domain, reason, message);

    /// <summary>Another call was faster, for example with an older etag; read again and decide anew.</summary>
    /// <param name="domain">The area the error belongs to.</param>
    /// <param name="reason">The reason in UPPER_SNAKE.</param>
    /// <param name="message">What changed meanwhile.</param>
    public static RpcException Aborted(string domain, string reason, string message) =>
        Create(StatusCode.Aborted, domain, reason, message);

    /// <summary>The service or the caller's share of it is exhausted; try again after the delay.</summary>
    /// <param name="domain">The area the error belongs to.</param>
    /// <param name="reason">The reason in UPPER_SNAKE.</param>
    /// <param name="message">Which limit was met.</param>
    /// <param name="retryDelay">How long the caller should wait at least.</param>
    public static RpcException ResourceExhausted(string domain, string reason, string message, TimeSpan retryDelay) =>
        Create(StatusCode.ResourceExhausted, domain, reason, message, RetryAfter(retryDelay));

    /// <summary>Something that the service needs is away for now; try again after the delay.</summary>
    /// <param name="domain">The area the error belongs to.</param>
    /// <param name="reason">The reason in UPPER_SNAKE.</param>
    /// <param name="message">What is away, without addresses or credentials.</param>
    /// <param name="retryDelay">How long the caller should wait at least.</param>
    public static RpcException Unavailable(string domain, string reason, string message, TimeSpan retryDelay) =>
        Create(StatusCode.Unavailable, domain, reason, message, RetryAfter(retryDelay));

    /// <summary>The caller may call the method, but not in this way: a scope is missing.</summary>
    /// <param name="domain">The area the error belongs to.</param>
    /// <param name="scope">Its full name, which the ErrorInfo names under <c>scope</c>.</param>
    public static RpcException ScopeMissing(string domain, string scope)
    {
        var info = Info(domain, "SCOPE_MISSING");
        info.Metadata["scope"] = scope;
        return Create(StatusCode.PermissionDenied, info, $"The API key lacks the scope {scope}.");
    }

    /// <summary>Any other error.</summary>
    /// <param name="code">The gRPC status code, not OK.</param>
    /// <param name="domain">The area the error belongs to.</param>
    /// <param name="reason">The reason in UPPER_SNAKE.</param>
    /// <param name="message">For people; clients decide by code and reason.</param>
    /// <param name="details">Further details from <c>google/rpc/error_details.proto</c>, but no second ErrorInfo.</param>
    public static RpcException Create(
        StatusCode code, string domain, string reason, string message, params IEnumerable<IMessage> details) =>
        Create(code, Info(domain, reason), message, details);

    /// <summary>The reason of a failed call, by which a client decides.</summary>
    /// <param name="failure">What the call threw.</param>
    /// <returns>The reason of its ErrorInfo; null when it has none, as errors of the connection.</returns>
    public static string? ReasonOf(RpcException failure) =>
        failure.GetRpcStatus()?.GetDetail<ErrorInfo>() is { } info ? (string)ReasonField.GetValue(info) : null;

    // "contactcenter.insights.v1.ConversationService" belongs to "contactcenter.insights".
    internal static string DomainOf(string service)
    {
        var names = service.Split('.');
        return names.Length > 2 ? $"{names[0]}.{names[1]}" : names[0];
    }

    internal static ErrorInfo Info(string domain, string reason)
    {
        var info = new ErrorInfo { Domain = domain };
        ReasonField.SetValue(info, reason);
        return info;
    }

    internal static RpcException Create(StatusCode code, ErrorInfo info, string message, params IEnumerable<IMessage> details)
    {
        var status = new Google.Rpc.Status { Code = (int)code, Message = Cut(message, LongestMessage), Details = { Any.Pack(info) } };
        status.Details.AddRange(details.Select(Any.Pack));
        return status.ToRpcException();
    }

    internal static RetryInfo RetryAfter(TimeSpan delay) => new() { RetryDelay = Duration.FromTimeSpan(delay) };

    private static string Cut(string text, int longest)
    {
        if (text.Length * 3 <= longest || Encoding.UTF8.GetByteCount(text) <= longest)
            return text;
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if ((longest -= rune.Utf8SequenceLength) < "…"u8.Length)
                break;
            length += rune.Utf16SequenceLength;
        }

        return text[..length] + "…";
    }
}
