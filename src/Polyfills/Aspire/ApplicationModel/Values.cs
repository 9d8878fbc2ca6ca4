namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that is known once the application runs.</summary>
public interface IValueProvider
{
    /// <summary>Works the value out.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The value; null if there is none.</returns>
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);
}

/// <summary>A value that a deployment manifest can name.</summary>
public interface IManifestExpressionProvider
{
    /// <summary>How a manifest names it: <c>{postgres.bindings.tcp.port}</c>.</summary>
    string ValueExpression { get; }
}

/// <summary>A value that is known once the application runs and that a manifest can name.</summary>
public interface IExpressionValue : IValueProvider, IManifestExpressionProvider;

/// <summary>A value that is made of others.</summary>
public interface IValueWithReferences
{
    /// <summary>The others: resources and values.</summary>
    IEnumerable<object> References { get; }
}

/// <summary>A resource that clients reach by a connection string.</summary>
public interface IResourceWithConnectionString : IResource, IExpressionValue, IValueWithReferences
{
    /// <summary>The connection string.</summary>
    ReferenceExpression ConnectionStringExpression { get; }

    /// <summary>The variable that clients get it in; null for <c>ConnectionStrings__{name}</c>.</summary>
    string? ConnectionStringEnvironmentVariable => null;

    /// <summary>Works the connection string out.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connection string; null if there is none.</returns>
    ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        ConnectionStringExpression.GetValueAsync(cancellationToken);

    string IManifestExpressionProvider.ValueExpression => $"{{{Name}.connectionString}}";

    IEnumerable<object> IValueWithReferences.References => [ConnectionStringExpression];

    ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken) => GetConnectionStringAsync(cancellationToken);
}
