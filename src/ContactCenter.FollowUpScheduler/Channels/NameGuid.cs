using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace ContactCenter.FollowUpScheduler.Channels;

/// <summary>UUIDs of version 5: the same for the same name (RFC 9562, 5.5).</summary>
public static class NameGuid
{
    private const int Bytes = 16;

    private static readonly Guid MessageNamespace = new("85547a4b-3b34-5af9-943a-040e07c2518c");

    /// <summary>The id of a message: the same on every retry (FUP-57).</summary>
    /// <param name="notificationId">The notification.</param>
    /// <param name="part">Number of the part, from 0, counted after splitting.</param>
    public static Guid OfMessage(Guid notificationId, int part) => Create(MessageNamespace, FormattableString.Invariant($"{notificationId:D}/{part}"));

    /// <summary>Makes a UUID of a name.</summary>
    /// <param name="space">The namespace.</param>
    /// <param name="name">The name.</param>
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Version 5 is defined with SHA-1; nothing relies on it being secret.")]
    public static Guid Create(Guid space, string name)
    {
        var hash = SHA1.HashData([.. space.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)]).AsSpan(0, Bytes);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true);
    }
}
