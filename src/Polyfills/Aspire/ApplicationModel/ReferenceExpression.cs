using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A text with values in it that are known once the application runs.</summary>
public sealed class ReferenceExpression : IExpressionValue, IValueWithReferences
{
    private readonly IReadOnlyList<object> _parts;

    private ReferenceExpression(IReadOnlyList<object> parts) => _parts = parts;

    /// <inheritdoc />
    public string ValueExpression => string.Concat(_parts.Select(part => part is IManifestExpressionProvider value ? value.ValueExpression : part));

    /// <summary>The values, in order.</summary>
    public IReadOnlyList<IValueProvider> ValueProviders => [.. _parts.OfType<IValueProvider>()];

    IEnumerable<object> IValueWithReferences.References => ValueProviders;

    /// <summary>Makes an expression of an interpolated string.</summary>
    /// <param name="handler">The interpolated string.</param>
    /// <returns>The expression.</returns>
    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.Build();

    /// <inheritdoc />
    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        foreach (var part in _parts)
            text.Append(part is IValueProvider value ? await value.GetValueAsync(cancellationToken) : part);
        return text.ToString();
    }

    /// <summary>Collects the parts of an interpolated string.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct ExpressionInterpolatedStringHandler
    {
        private readonly List<object> _parts;

        /// <summary>Called by the compiler.</summary>
        /// <param name="literalLength">Length of all literals.</param>
        /// <param name="formattedCount">Number of values.</param>
        public ExpressionInterpolatedStringHandler(int literalLength, int formattedCount) => _parts = new(literalLength > 0 ? formattedCount * 2 + 1 : formattedCount);

        /// <summary>Adds text.</summary>
        /// <param name="value">The text.</param>
        public void AppendLiteral(string value) => _parts.Add(value);

        /// <summary>Adds text that is known already.</summary>
        /// <param name="value">The text.</param>
        public void AppendFormatted(string? value) => _parts.Add(value ?? "");

        /// <summary>Adds a value.</summary>
        /// <typeparam name="T">Its kind.</typeparam>
        /// <param name="valueProvider">The value.</param>
        public void AppendFormatted<T>(T valueProvider) where T : IValueProvider, IManifestExpressionProvider => _parts.Add(valueProvider);

        /// <summary>Adds the value of a resource.</summary>
        /// <typeparam name="T">Its kind.</typeparam>
        /// <param name="valueProvider">The resource.</param>
        public void AppendFormatted<T>(IResourceBuilder<T> valueProvider) where T : IResource, IValueProvider, IManifestExpressionProvider =>
            _parts.Add(valueProvider.Resource);

        internal ReferenceExpression Build() => new([.. _parts]);
    }
}
