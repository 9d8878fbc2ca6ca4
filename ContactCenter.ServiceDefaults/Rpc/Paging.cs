using System.Buffers.Text;
using System.Globalization;
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

    /// <summary>Writes a time as part of a position, for <see cref="PagePosition.Time"/>.</summary>
    /// <param name="time">The time, kept to the tick.</param>
    public static string Part(DateTimeOffset time) => time.UtcTicks.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads a token.</summary>
    /// <param name="token">The request's page_token.</param>
    /// <param name="filter">What the list is narrowed by now.</param>
    /// <param name="parts">Number of texts that the position has.</param>
    /// <returns>The position; null for the first page.</returns>
    /// <exception cref="RpcException">INVALID_ARGUMENT <c>PAGE_TOKEN_INVALID</c>: unreadable, or of another filter.</exception>
    public PagePosition? Position(string token, IMessage filter, int parts)
    {
        if (token.Length == 0)
            return null;
        try
        {
            if (JsonSerializer.Deserialize<string[]>(Base64Url.DecodeFromChars(token)) is [var binding, .. var position]
                && binding == Binding(filter) && position.Length == parts && Array.TrueForAll(position, part => part is not null))
                return new PagePosition(position, Invalid);
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            // Not one of ours.
        }

        throw Invalid();
    }

    private RpcException Invalid() => RpcErrors.InvalidArgument(domain, "PAGE_TOKEN_INVALID", "page_token", "is not a token of this list with this filter");

    private static string Binding(IMessage filter) => Convert.ToHexStringLower(SHA256.HashData(filter.ToByteArray()).AsSpan(0, BindingBytes));
}

/// <summary>The item after which a page begins, as a token named it. Its parts come from the caller: they are read as what they should be, or refused.</summary>
public sealed class PagePosition
{
    private readonly string[] _parts;
    private readonly Func<RpcException> _invalid;

    internal PagePosition(string[] parts, Func<RpcException> invalid) => (_parts, _invalid) = (parts, invalid);

    /// <summary>A part that is a text.</summary>
    /// <param name="part">From 0.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT <c>PAGE_TOKEN_INVALID</c>: no text that the token could hold.</exception>
    public string this[int part] => _parts[part].Contains('\0') ? throw _invalid() : _parts[part];

    /// <summary>A part that is a number.</summary>
    /// <param name="part">From 0.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT <c>PAGE_TOKEN_INVALID</c>: it is none.</exception>
    public long Number(int part) =>
        long.TryParse(_parts[part], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw _invalid();

    /// <summary>A part that is a UUID.</summary>
    /// <param name="part">From 0.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT <c>PAGE_TOKEN_INVALID</c>: it is none.</exception>
    public Guid Id(int part) => Guid.TryParseExact(_parts[part], "D", out var id) ? id : throw _invalid();

    /// <summary>A part written with <see cref="Paging.Part"/>.</summary>
    /// <param name="part">From 0.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT <c>PAGE_TOKEN_INVALID</c>: it is no time.</exception>
    public DateTimeOffset Time(int part) => Number(part) is var ticks && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.Ticks ? new(ticks, TimeSpan.Zero) : throw _invalid();
}
