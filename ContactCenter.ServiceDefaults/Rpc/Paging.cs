using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;

namespace ContactCenter.ServiceDefaults;

/// <summary>
/// Pages of lists: the size asked for, and the opaque token that says where the next page begins. A token holds the
/// position after the last item, so that pages neither repeat nor skip items while others are added, and it is bound to
/// the filter it was given out for.
/// </summary>
/// <param name="domain">Domain of the errors, such as <c>contactcenter.insights</c>.</param>
public sealed class Paging(string domain)
{
    /// <summary>Size of a page when none is asked for.</summary>
    public const int DefaultSize = 50;

    /// <summary>Largest page.</summary>
    public const int LargestSize = 1_000;

    private const int BindingBytes = 8;

    /// <summary>The number of items to return.</summary>
    /// <param name="requested">The request's page_size; 0 means <see cref="DefaultSize"/>.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT <c>PAGE_SIZE_INVALID</c>: negative or above <see cref="LargestSize"/>.</exception>
    public int Size(int requested) => requested switch
    {
        0 => DefaultSize,
        > 0 and <= LargestSize => requested,
        _ => throw RpcErrors.InvalidArgument(domain, "PAGE_SIZE_INVALID", "page_size", $"must be 1 to {LargestSize}, or 0 for {DefaultSize}"),
    };

    /// <summary>Writes the token of the page after an item.</summary>
    /// <param name="filter">What the list is narrowed by.</param>
    /// <param name="position">What the item is ordered by.</param>
    public static string Token(IMessage filter, params string[] position) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes<string[]>([Binding(filter), .. position]));

    /// <summary>Reads a token.</summary>
    /// <param name="token">The request's page_token.</param>
    /// <param name="filter">What the list is narrowed by now.</param>
    /// <param name="parts">Number of texts that the position has.</param>
    /// <returns>The position; null for the first page.</returns>
    /// <exception cref="RpcException">INVALID_ARGUMENT <c>PAGE_TOKEN_INVALID</c>: unreadable, or of another filter.</exception>
    public string[]? Position(string token, IMessage filter, int parts)
    {
        if (token.Length == 0)
            return null;
        try
        {
            if (JsonSerializer.Deserialize<string[]>(Base64Url.DecodeFromChars(token)) is [var binding, .. var position]
                && binding == Binding(filter) && position.Length == parts && Array.TrueForAll(position, part => part is not null))
                return position;
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            // Not one of ours.
        }

        throw RpcErrors.InvalidArgument(domain, "PAGE_TOKEN_INVALID", "page_token", "is not a token of this list with this filter");
    }

    private static string Binding(IMessage filter) => Convert.ToHexStringLower(SHA256.HashData(filter.ToByteArray()).AsSpan(0, BindingBytes));
}
