using System.Collections.Concurrent;
using Dapper;
using Npgsql;

namespace ContactCenter.WfmConnector.Reports;

/// <summary>All SQL of wire profiles. None ever changes, so that each is read once (WFM-88).</summary>
public sealed class WireProfileStore
{
    private readonly ConcurrentDictionary<string, WireProfile> _known = new(StringComparer.Ordinal) { [WireProfile.Default.Id] = WireProfile.Default };

    /// <summary>Finds a profile.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="id">Such as <c>cxone-acd/1</c>.</param>
    /// <returns>Null if there is none.</returns>
    public async ValueTask<WireProfile?> FindAsync(NpgsqlConnection connection, string id)
    {
        if (_known.TryGetValue(id, out var known))
            return known;
        return await ReadDocumentAsync(connection, id) is { } document && WireProfileReader.Read(document).Profile is { } profile ? _known.GetOrAdd(id, profile) : null;
    }

    /// <summary>Finds the profile that is written with now.</summary>
    /// <param name="connection">Any.</param>
    public async Task<WireProfile> ActiveAsync(NpgsqlConnection connection) =>
        (await FindAsync(connection, await connection.QuerySingleAsync<string>("SELECT profile FROM wfm.connection")))!;

    /// <summary>Reads a document that was added.</summary>
    /// <param name="connection">Any.</param>
    /// <param name="id">Of the profile.</param>
    /// <returns>As it was given; null if there is none.</returns>
    public static Task<string?> ReadDocumentAsync(NpgsqlConnection connection, string id) =>
        connection.QuerySingleOrDefaultAsync<string?>("SELECT document FROM wfm.wire_profiles WHERE profile_id = @id", new { id });

    /// <summary>Adds a document.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">Of the profile.</param>
    /// <param name="document">JSON without faults.</param>
    /// <param name="now">When.</param>
    /// <returns>False if there is one of that id.</returns>
    public static async Task<bool> AddAsync(NpgsqlConnection connection, string id, string document, DateTimeOffset now) =>
        id != WireProfile.Default.Id
        && await connection.ExecuteAsync("INSERT INTO wfm.wire_profiles (profile_id, document, create_time) VALUES (@id, @document, @now) ON CONFLICT DO NOTHING", new { id, document, now }) == 1;

    /// <summary>Writes with another profile from now on; what is stored keeps its own.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="id">Of the profile.</param>
    public static Task ActivateAsync(NpgsqlConnection connection, string id) => connection.ExecuteAsync("UPDATE wfm.connection SET profile = @id", new { id });
}
