using ContactCenter.Contracts;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Npgsql;

namespace ContactCenter.ServiceDefaults.Rpc;

/// <summary>
/// U+0000 is text in protobuf but not in Postgres. A request with it is refused before the method runs, so that it upsets no connection
/// (<see cref="Durable.DatabaseLoss"/>); the messages of a list are left to the method, which may judge each of them by itself.
/// </summary>
internal static class UnstorableText
{
    /// <summary>Refuses a request with that character outside of its lists of messages.</summary>
    /// <param name="request">The request.</param>
    /// <param name="domain">The area of the error.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT with the field.</exception>
    public static void Refuse(IMessage request, string domain)
    {
        if (FieldIn(request, withItems: false) is { } field)
            throw Refusal(field, domain);
    }

    /// <summary>The status for the first field of the request with that character, if it is what the database refused; else null.</summary>
    /// <param name="failure">What a method threw.</param>
    /// <param name="request">The request.</param>
    /// <param name="domain">The area of the error.</param>
    public static RpcException? StatusOf(Exception failure, IMessage request, string domain) =>
        failure is PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter } && FieldIn(request, withItems: true) is { } field
            ? Refusal(field, domain)
            : null;

    private static RpcException Refusal(string field, string domain) => RpcErrors.InvalidArgument(domain, SharedErrors.FieldInvalid, field, "must not contain the character U+0000");

    private static string? FieldIn(IMessage message, bool withItems)
    {
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            var isMessage = field.FieldType == FieldType.Message;
            if ((isMessage || field.FieldType == FieldType.String) && (withItems || field.IsMap || !(isMessage && field.IsRepeated))
                && FieldIn(field.Accessor.GetValue(message), withItems) is { } path)
                return field.Name + path;
        }

        return null;
    }

    // The path within a value: "" if it is the text itself, null if there is none.
    private static string? FieldIn(object? value, bool withItems) => value switch
    {
        string text => text.Contains('\0') ? "" : null,
        IMessage inner => FieldIn(inner, withItems) is { } path ? "." + path : null,
        System.Collections.IDictionary map => map.Keys.Cast<object>().Concat(map.Values.Cast<object>()).Select(item => FieldIn(item, withItems)).FirstOrDefault(path => path is not null),
        System.Collections.IList list => list.Cast<object>().Select((item, place) => FieldIn(item, withItems) is { } path ? $"[{place}]{path}" : null).FirstOrDefault(path => path is not null),
        _ => null,
    };
}
