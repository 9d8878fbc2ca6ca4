using System.Text;

namespace Grpc.Core;

public sealed partial class Metadata
{
    /// <summary>One key with its value.</summary>
    public class Entry
    {
        private readonly string? _value;
        private readonly byte[]? _valueBytes;

        /// <summary>Creates a binary entry.</summary>
        /// <param name="key">The key; must end in -bin.</param>
        /// <param name="valueBytes">The bytes; copied.</param>
        /// <exception cref="ArgumentException">The key has other characters than a-z, 0-9, _, - and ., or does not end in -bin.</exception>
        public Entry(string key, byte[] valueBytes)
            : this(Normalize(key), null, Copy(valueBytes))
        {
            if (!IsBinary)
                throw new ArgumentException("Key for binary valued metadata entry needs to have suffix indicating binary value.", nameof(key));
        }

        /// <summary>Creates a text entry.</summary>
        /// <param name="key">The key; may not end in -bin.</param>
        /// <param name="value">Printable ASCII.</param>
        /// <exception cref="ArgumentException">The key has other characters than a-z, 0-9, _, - and ., or ends in -bin.</exception>
        public Entry(string key, string value)
            : this(Normalize(key), CheckNotNull(value), null)
        {
            if (IsBinary)
                throw new ArgumentException("Key for ASCII valued metadata entry cannot have suffix indicating binary value.", nameof(key));
        }

        private Entry(string key, string? value, byte[]? valueBytes)
        {
            Key = key;
            _value = value;
            _valueBytes = valueBytes;
        }

        /// <summary>The key, lower case.</summary>
        public string Key { get; }

        /// <summary>The bytes; of a text entry, its ASCII bytes.</summary>
        public byte[] ValueBytes => _valueBytes is null ? Encoding.ASCII.GetBytes(_value!) : Copy(_valueBytes);

        /// <summary>The text.</summary>
        /// <exception cref="InvalidOperationException">The entry is binary.</exception>
        public string Value => _value ?? throw new InvalidOperationException("Cannot access string value of a binary metadata entry");

        /// <summary>True when the value is bytes.</summary>
        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        /// <summary>The bytes of a binary entry without a copy; for this assembly, which does not change them.</summary>
        internal ReadOnlySpan<byte> BinaryValue => _valueBytes;

        /// <inheritdoc/>
        public override string ToString() => _valueBytes is null
            ? $"[Entry: key={Key}, value={_value}]"
            : $"[Entry: key={Key}, valueBytes={Convert.ToBase64String(_valueBytes)}]";

        /// <summary>Creates an entry for what came over the wire, whose key the HTTP layer has already checked.</summary>
        /// <param name="lowerCaseKey">The key.</param>
        /// <param name="value">The text.</param>
        /// <returns>The entry.</returns>
        internal static Entry FromWire(string lowerCaseKey, string value) => new(lowerCaseKey, value, null);

        /// <summary>Creates a binary entry for what came over the wire.</summary>
        /// <param name="lowerCaseKey">The key.</param>
        /// <param name="valueBytes">The bytes; kept, not copied.</param>
        /// <returns>The entry.</returns>
        internal static Entry FromWire(string lowerCaseKey, byte[] valueBytes) => new(lowerCaseKey, null, valueBytes);

        internal bool HasKey(string key) => string.Equals(Key, key, StringComparison.OrdinalIgnoreCase);

        private static string Normalize(string key)
        {
            ArgumentNullException.ThrowIfNull(key);
            if (key.Length == 0)
                throw new ArgumentException("Metadata entry key must not be empty.", nameof(key));

            var upper = false;
            foreach (var c in key)
            {
                if (char.IsAsciiLetterUpper(c))
                    upper = true;
                else if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('_' or '-' or '.'))
                    throw new ArgumentException($"Metadata entry key not valid: '{c}' is not allowed. Keys can only contain alphanumeric characters, underscores, hyphens and dots.", nameof(key));
            }

            return upper ? key.ToLowerInvariant() : key;
        }

        private static string CheckNotNull(string value)
        {
            ArgumentNullException.ThrowIfNull(value);
            return value;
        }

        private static byte[] Copy(byte[] bytes)
        {
            ArgumentNullException.ThrowIfNull(bytes);
            return bytes.AsSpan().ToArray();
        }
    }
}
