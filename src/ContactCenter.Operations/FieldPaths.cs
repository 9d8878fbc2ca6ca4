using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ContactCenter.Operations;

/// <summary>Says which fields a change has changed, for the audit log: their paths, never their values (DUR-59).</summary>
public static class FieldPaths
{
    /// <summary>Paths as in the proto file, such as <c>rate.per_second</c>, of what differs between two messages of one type.</summary>
    /// <param name="before">As it was.</param>
    /// <param name="after">As it is now.</param>
    public static IEnumerable<string> Changed(IMessage before, IMessage after)
    {
        foreach (var field in before.Descriptor.Fields.InFieldNumberOrder())
        {
            var (was, becomes) = (field.Accessor.GetValue(before), field.Accessor.GetValue(after));
            if (field is { FieldType: FieldType.Message, IsRepeated: false } && was is IMessage inner && becomes is IMessage other && !IsWellKnown(field))
            {
                foreach (var path in Changed(inner, other))
                    yield return $"{field.Name}.{path}";
            }
            else if (!Equals(was, becomes))
            {
                yield return field.Name;
            }
        }
    }

    private static bool IsWellKnown(FieldDescriptor field) => field.MessageType.File.Package == "google.protobuf";
}
