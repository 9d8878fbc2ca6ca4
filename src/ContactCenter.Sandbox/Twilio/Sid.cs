using System.Security.Cryptography;
using System.Text;

namespace ContactCenter.Sandbox.Twilio;

/// <summary>Identifiers in TaskRouter's form: two letters and 32 hexadecimal digits.</summary>
public static class Sid
{
    /// <summary>The identifier that belongs to a name: equal names give equal identifiers, on every machine.</summary>
    /// <param name="prefix">The two letters of the kind of resource, such as <c>WT</c> for a task.</param>
    /// <param name="name">What is identified, unique within the kind.</param>
    /// <returns>34 characters.</returns>
    public static string Of(string prefix, string name) =>
        prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{prefix}/{name}")).AsSpan(0, 16));
}
