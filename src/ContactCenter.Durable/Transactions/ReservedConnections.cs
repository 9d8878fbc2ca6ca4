using Npgsql;

namespace ContactCenter.Durable;

/// <summary>Connections that operators and health checks share with nobody, so that they get through when all others are in use (DUR-56).</summary>
/// <param name="dataSource">A pool of <see cref="Count"/> connections.</param>
public sealed class ReservedConnections(NpgsqlDataSource dataSource) : IAsyncDisposable
{
    /// <summary>How many of <c>Durable:PoolSize</c> there are.</summary>
    public const int Count = 2;

    /// <summary>The connections.</summary>
    public NpgsqlDataSource DataSource { get; } = dataSource;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => DataSource.DisposeAsync();
}
