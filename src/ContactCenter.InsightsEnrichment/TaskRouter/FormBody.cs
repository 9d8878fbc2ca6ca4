namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>
/// The parameters of an <c>application/x-www-form-urlencoded</c> body, decoded once into one buffer: the signature
/// check and the reading of the fields share it.
/// </summary>
public sealed class FormBody
{
    private readonly byte[] _decoded;
    private readonly List<Parameter> _parameters;

    private FormBody(byte[] decoded, List<Parameter> parameters) => (_decoded, _parameters) = (decoded, parameters);

    /// <summary>Number of parameters, repeated names counted each time.</summary>
    public int Count => _parameters.Count;

    /// <summary>Number of decoded bytes of all names and values.</summary>
    public int DecodedLength { get; private init; }

    /// <summary>Name of the parameter at a position, UTF-8.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1, in the order of the body.</param>
    public ReadOnlySpan<byte> Name(int index) => _decoded.AsSpan(_parameters[index].Name);

    /// <summary>Value of the parameter at a position, UTF-8; empty if it has none.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1, in the order of the body.</param>
    public ReadOnlyMemory<byte> Value(int index) => _decoded.AsMemory(_parameters[index].Value);

    /// <summary>Decodes a body. Every text is a valid form: a percent sign without two hex digits stands for itself.</summary>
    /// <param name="body">The bytes as received.</param>
    public static FormBody Parse(ReadOnlySpan<byte> body)
    {
        var decoded = new byte[body.Length];
        var parameters = new List<Parameter>(64);
        var written = 0;
        foreach (var range in body.Split((byte)'&'))
        {
            var pair = body[range];
            if (pair.IsEmpty)
                continue;
            var equals = pair.IndexOf((byte)'=');
            var name = Decode(equals < 0 ? pair : pair[..equals], decoded, ref written);
            var value = Decode(equals < 0 ? [] : pair[(equals + 1)..], decoded, ref written);
            parameters.Add(new(name, value));
        }

        return new(decoded, parameters) { DecodedLength = written };
    }

    private static Range Decode(ReadOnlySpan<byte> encoded, byte[] target, ref int written)
    {
        var start = written;
        while (!encoded.IsEmpty)
        {
            var plain = encoded.IndexOfAny((byte)'%', (byte)'+');
            var length = plain < 0 ? encoded.Length : plain;
            encoded[..length].CopyTo(target.AsSpan(written));
            written += length;
            encoded = encoded[length..];
            if (encoded.IsEmpty)
                break;
            if (encoded[0] == '+')
            {
                target[written++] = (byte)' ';
                encoded = encoded[1..];
            }
            else if (encoded.Length >= 3 && Hex(encoded[1]) is >= 0 and var high && Hex(encoded[2]) is >= 0 and var low)
            {
                target[written++] = (byte)(high << 4 | low);
                encoded = encoded[3..];
            }
            else
            {
                target[written++] = (byte)'%';
                encoded = encoded[1..];
            }
        }

        return start..written;
    }

    private static int Hex(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        _ => -1,
    };

    private readonly record struct Parameter(Range Name, Range Value);
}
