using ContactCenter.Contracts;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Npgsql;

namespace ContactCenter.ServiceDefaults.Rpc;

/// <summary>U+0000 is text in protobuf but not in Postgres: the caller is told the field, without every method looking for it beforehand.</summary>
internal static class UnstorableText
{
    /// <summary>The status for the first field of the request with that character, if it is what the database refused; else null.</summary>
    /// <param name="failure">What a method threw.</param>
    /// <param name="request">The request.</param>
    /// <param name="domain">The area of the error.</param>
    public static RpcException? StatusOf(Exception failure, IMessage request, string domain) =>
        failure is PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter } && FieldIn(request) is { } field
            ? RpcErrors.InvalidArgument(domain, SharedErrors.FieldInvalid, field, "must not contain the character U+0000")
            : null;

    private static string? FieldIn(IMessage message)
    {
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder().Where(field => field.FieldType is FieldType.String or FieldType.Message))
        {
            if (FieldIn(field.Accessor.GetValue(message)) is { } path)
                return field.Name + path;
        }

        return null;
    }

    // The path within a value: "" if it is the text itself, null if there is none.
    private static string? FieldIn(object? value) => value switch
    {
        string text => text.Contains('\0') ? "" : null,
        IMessage inner => FieldIn(inner) is { } path ? "." + path : null,
        System.Collections.IDictionary map => map.Keys.Cast<object>().Concat(map.Values.Cast<object>()).Select(FieldIn).FirstOrDefault(path => path is not null),
        System.Collections.IList list => list.Cast<object>().Select((item, place) => FieldIn(item) is { } path ? $"[{place}]{path}" : null).FirstOrDefault(path => path is not null),
        _ => null,
    };
}
