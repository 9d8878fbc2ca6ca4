using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace ContactCenter.FollowUpScheduler.Answers;

/// <summary>Tokens that actions carry: they name a notification and the position of an action, and cannot be made up (FUP-80).</summary>
/// <param name="options">The keys.</param>
public sealed class AnswerTokens(IOptions<FollowUpOptions> options)
{
    private const byte Version = 1;
    private const int HeadBytes = 18;
    private const int MacBytes = 16;

    private static readonly byte[] Context = [.. "followups.answer.v1"u8, 0];

    private readonly byte[][] _keys =
        [.. new[] { options.Value.AnswerKeys.Current, options.Value.AnswerKeys.Previous }.Where(key => key.Length > 0).Select(Convert.FromBase64String)];

    /// <summary>Makes a token; always the same for the same action.</summary>
    /// <param name="notificationId">The notification.</param>
    /// <param name="position">Position of the action, from 0.</param>
    public string Create(Guid notificationId, byte position)
    {
        Span<byte> token = stackalloc byte[HeadBytes + MacBytes];
        token[0] = Version;
        notificationId.TryWriteBytes(token[1..], bigEndian: true, out _);
        token[HeadBytes - 1] = position;
        Mac(_keys[0], token[..HeadBytes]).CopyTo(token[HeadBytes..]);
        return Base64Url.EncodeToString(token);
    }

    /// <summary>Reads a token in constant time.</summary>
    /// <param name="text">The token.</param>
    /// <returns>Null if it is not one of ours in the one form that it has.</returns>
    public (Guid NotificationId, int Position)? Read(string text)
    {
        var token = new byte[HeadBytes + MacBytes];
        if (Base64Url.DecodeFromChars(text, token, out _, out var written) != OperationStatus.Done || written != token.Length || Base64Url.EncodeToString(token) != text)
            return null;
        var fits = false;
        foreach (var key in _keys)
            fits |= CryptographicOperations.FixedTimeEquals(Mac(key, token.AsSpan(0, HeadBytes)), token.AsSpan(HeadBytes));
        return fits && token[0] == Version ? (new Guid(token.AsSpan(1, 16), bigEndian: true), token[HeadBytes - 1]) : null;
    }

    private static byte[] Mac(byte[] key, ReadOnlySpan<byte> head) => HMACSHA256.HashData(key, (byte[])[.. Context, .. head])[..MacBytes];
}
