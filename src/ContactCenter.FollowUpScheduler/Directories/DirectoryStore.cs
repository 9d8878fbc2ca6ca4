using System.Text.Json;
using ContactCenter.Durable;
using ContactCenter.FollowUps.V1;
using ContactCenter.FollowUpScheduler.Definitions;
using Dapper;
using Google.Protobuf;
using Npgsql;

namespace ContactCenter.FollowUpScheduler.Directories;

/// <summary>All SQL of users, groups and attributes.</summary>
/// <param name="database">The service's database.</param>
public sealed class DirectoryStore(DurableDatabase database)
{
    private const int MostMembers = 1_000;

    private const string Users =
        """
        SELECT u.definition AS Definition, u.attributes::text AS Attributes, coalesce(o.opted_out, false) AS OptedOut,
          ARRAY(SELECT channel_type FROM followups.last_channels l WHERE l.user_id = u.user_id ORDER BY contact_time DESC, channel_type) AS ChannelTypes
        FROM followups.users u LEFT JOIN followups.opt_outs o USING (phone)
        """;

    /// <summary>Adds users or replaces them.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="users">The users, each once.</param>
    public static Task UpsertUsersAsync(NpgsqlConnection connection, IReadOnlyList<User> users) => connection.ExecuteAsync(
        """
        INSERT INTO followups.users (user_id, email_key, phone, definition, attributes)
        SELECT id, nullif(email, ''), nullif(phone, ''), definition, attributes::jsonb FROM unnest(@ids, @emails, @phones, @definitions, @attributes) u(id, email, phone, definition, attributes)
        ON CONFLICT (user_id) DO UPDATE SET email_key = excluded.email_key, phone = excluded.phone, definition = excluded.definition, attributes = excluded.attributes
        """,
        new
        {
            ids = users.Select(user => user.UserId).ToArray(),
            emails = users.Select(user => user.Email.ToLowerInvariant()).ToArray(),
            phones = users.Select(user => user.Phone).ToArray(),
            definitions = users.Select(user => WithoutAttributes(user).ToByteArray()).ToArray(),
            attributes = users.Select(user => JsonSerializer.Serialize(user.Attributes)).ToArray(),
        });

    /// <summary>Removes a user.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="userId">The user.</param>
    /// <returns>False if there is none.</returns>
    public static async Task<bool> DeleteUserAsync(NpgsqlConnection connection, string userId) =>
        await connection.ExecuteAsync("DELETE FROM followups.users WHERE user_id = @userId", new { userId }) == 1;

    /// <summary>Adds a group or replaces it.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="group">The group.</param>
    /// <returns>Members who are no users; none if it is stored.</returns>
    public static async Task<IReadOnlyList<string>> UpsertGroupAsync(NpgsqlConnection connection, Group group)
    {
        var members = group.UserIds.Distinct().ToArray();
        var unknown = (await connection.QueryAsync<string>(
            "SELECT id FROM unnest(@members) id WHERE NOT EXISTS (SELECT FROM followups.users WHERE user_id = id)", new { members })).ToList();
        if (unknown.Count == 0)
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO followups.groups (group_id, display_name) VALUES (@GroupId, @DisplayName) ON CONFLICT (group_id) DO UPDATE SET display_name = excluded.display_name;
                DELETE FROM followups.group_members WHERE group_id = @GroupId AND user_id <> ALL (@members);
                INSERT INTO followups.group_members (group_id, user_id) SELECT @GroupId, unnest(@members) ON CONFLICT DO NOTHING
                """,
                new { group.GroupId, group.DisplayName, members });
        }

        return unknown;
    }

    /// <summary>Removes a group.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="groupId">The group.</param>
    /// <returns>False if there is none.</returns>
    public static async Task<bool> DeleteGroupAsync(NpgsqlConnection connection, string groupId) =>
        await connection.ExecuteAsync("DELETE FROM followups.groups WHERE group_id = @groupId", new { groupId }) == 1;

    /// <summary>Declares attributes of the deployment or gives them other values.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="attributes">The attributes.</param>
    public static Task SetGlobalsAsync(NpgsqlConnection connection, IReadOnlyDictionary<string, string> attributes) => connection.ExecuteAsync(
        """
        INSERT INTO followups.global_attributes (name, value) SELECT * FROM unnest(@names, @values)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """,
        new { names = attributes.Keys.ToArray(), values = attributes.Values.ToArray() });

    /// <summary>Writes an attribute of users.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="values">User, attribute and value, in order.</param>
    public static Task SetUserAttributesAsync(NpgsqlConnection connection, IReadOnlyCollection<(string UserId, string Attribute, string Value)> values) => connection.ExecuteAsync(
        """
        UPDATE followups.users u SET attributes = u.attributes || v.attributes
        FROM (SELECT user_id, jsonb_object_agg(name, value) AS attributes FROM unnest(@users, @names, @values) v(user_id, name, value) GROUP BY user_id) v
        WHERE u.user_id = v.user_id
        """,
        new { users = values.Select(value => value.UserId).ToArray(), names = values.Select(value => value.Attribute).ToArray(), values = values.Select(value => value.Value).ToArray() });

    /// <summary>Declares an attribute of users.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="name">The attribute.</param>
    /// <param name="most">Most attributes.</param>
    /// <returns>False if there are as many already.</returns>
    public static async Task<bool> DeclareAsync(NpgsqlConnection connection, string name, int most)
    {
        await connection.ExecuteAsync("LOCK TABLE followups.user_attributes IN SHARE ROW EXCLUSIVE MODE");
        var others = await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM followups.user_attributes WHERE name <> @name", new { name });
        if (others < most)
            await connection.ExecuteAsync("INSERT INTO followups.user_attributes (name) VALUES (@name) ON CONFLICT DO NOTHING", new { name });
        return others < most;
    }

    /// <summary>Notes that someone wrote in a chat channel; whoever is not known becomes a user (FUP-47, FUP-52).</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="newcomer">The user that he becomes, whose id is the address that he wrote from.</param>
    /// <param name="channelType">Type of the channel.</param>
    /// <param name="time">When; what happened later is kept.</param>
    public static Task NoteContactAsync(NpgsqlConnection connection, User newcomer, string channelType, DateTimeOffset time) => connection.ExecuteAsync(
        """
        WITH known AS (
          SELECT user_id FROM followups.users WHERE user_id = @address OR email_key = lower(@address) OR phone = @address),
        added AS (
          INSERT INTO followups.users (user_id, email_key, phone, definition, attributes)
          SELECT @address, nullif(@Email, ''), nullif(@Phone, ''), @definition, '{}' WHERE NOT EXISTS (SELECT FROM known)
          ON CONFLICT (user_id) DO UPDATE SET user_id = excluded.user_id RETURNING user_id)
        INSERT INTO followups.last_channels (user_id, channel_type, contact_time) SELECT user_id, @channelType, @time FROM (TABLE known UNION TABLE added) AS contacts
        ON CONFLICT (user_id, channel_type) DO UPDATE SET contact_time = greatest(last_channels.contact_time, excluded.contact_time)
        """,
        new { address = newcomer.UserId, newcomer.Email, newcomer.Phone, definition = newcomer.ToByteArray(), channelType, time });

    /// <summary>Notes that a user answered in a chat channel (FUP-52).</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="userId">The user.</param>
    /// <param name="channelType">Type of the channel.</param>
    /// <param name="time">When; what happened later is kept.</param>
    public static Task NoteAnswerAsync(NpgsqlConnection connection, string userId, string channelType, DateTimeOffset time) => connection.ExecuteAsync(
        """
        INSERT INTO followups.last_channels (user_id, channel_type, contact_time) SELECT user_id, @channelType, @time FROM followups.users WHERE user_id = @userId
        ON CONFLICT (user_id, channel_type) DO UPDATE SET contact_time = greatest(last_channels.contact_time, excluded.contact_time)
        """,
        new { userId, channelType, time });

    /// <summary>Notes whether a telephone number has unsubscribed from RBM; the latest word counts (FUP-58).</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="phone">The number.</param>
    /// <param name="optedOut">Whether it has.</param>
    /// <param name="time">When.</param>
    public static Task NoteOptOutAsync(NpgsqlConnection connection, string phone, bool optedOut, DateTimeOffset time) => connection.ExecuteAsync(
        """
        INSERT INTO followups.opt_outs (phone, change_time, opted_out) VALUES (@phone, @time, @optedOut)
        ON CONFLICT (phone) DO UPDATE SET change_time = excluded.change_time, opted_out = excluded.opted_out WHERE opt_outs.change_time < excluded.change_time
        """,
        new { phone, optedOut, time });

    /// <summary>The declared attributes.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<Scopes> DeclaredAsync(CancellationToken cancellationToken) => new(
        Place.Integration,
        (await GlobalsAsync(cancellationToken)).Keys.ToHashSet(StringComparer.Ordinal),
        (await QueryAsync<string>("SELECT name FROM followups.user_attributes", new { }, cancellationToken)).ToHashSet(StringComparer.Ordinal));

    /// <summary>Attributes of the deployment with their values.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyDictionary<string, string>> GlobalsAsync(CancellationToken cancellationToken) =>
        (await QueryAsync<(string Name, string Value)>("SELECT name, value FROM followups.global_attributes", new { }, cancellationToken)).ToDictionary(row => row.Name, row => row.Value, StringComparer.Ordinal);

    /// <summary>Finds users.</summary>
    /// <param name="userIds">The users.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>Those that exist, by id.</returns>
    public async Task<IReadOnlyDictionary<string, DirectoryUser>> FindUsersAsync(IEnumerable<string> userIds, CancellationToken cancellationToken) =>
        (await QueryAsync<UserRow>($"{Users} WHERE u.user_id = ANY (@userIds)", new { userIds = userIds.Distinct().ToArray() }, cancellationToken))
            .Select(Read).ToDictionary(user => user.User.UserId, StringComparer.Ordinal);

    /// <summary>Lists users by id.</summary>
    /// <param name="after">Begin after this one; empty for the first page.</param>
    /// <param name="limit">Most users.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<User>> ListUsersAsync(string after, int limit, CancellationToken cancellationToken) =>
        [.. (await QueryAsync<UserRow>(
            $"{Users} WHERE u.user_id COLLATE \"C\" > @after ORDER BY u.user_id COLLATE \"C\" LIMIT @limit", new { after, limit }, cancellationToken)).Select(row => Read(row).User)];

    /// <summary>Lists groups by id.</summary>
    /// <param name="after">Begin after this one; empty for the first page.</param>
    /// <param name="limit">Most groups.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyList<Group>> ListGroupsAsync(string after, int limit, CancellationToken cancellationToken) =>
        [.. (await QueryAsync<(string Id, string Name, string[] Members)>(
            """
            SELECT group_id, display_name, ARRAY(SELECT user_id FROM followups.group_members m WHERE m.group_id = g.group_id ORDER BY user_id)
            FROM followups.groups g WHERE group_id COLLATE "C" > @after ORDER BY group_id COLLATE "C" LIMIT @limit
            """,
            new { after, limit },
            cancellationToken)).Select(row => new Group { GroupId = row.Id, DisplayName = row.Name, UserIds = { row.Members } })];

    /// <summary>Resolves references to users: by id, else e-mail address, else telephone number (FUP-47).</summary>
    /// <param name="references">The references.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyDictionary<string, ResolvedReference>> ResolveUsersAsync(IEnumerable<string> references, CancellationToken cancellationToken) => Resolve(
        references,
        await QueryAsync<(string Reference, string Id, int Rank)>(
            """
            SELECT r, user_id, 1 FROM unnest(@references) r JOIN followups.users ON user_id = r
            UNION ALL SELECT r, user_id, 2 FROM unnest(@references) r JOIN followups.users ON email_key = lower(r)
            UNION ALL SELECT r, user_id, 3 FROM unnest(@references) r JOIN followups.users ON phone = r
            """,
            new { references = references.Distinct().ToArray() },
            cancellationToken),
        id => [id]);

    /// <summary>Resolves references to groups: by id, else name (FUP-47, FUP-48).</summary>
    /// <param name="references">The references.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<IReadOnlyDictionary<string, ResolvedReference>> ResolveGroupsAsync(IEnumerable<string> references, CancellationToken cancellationToken)
    {
        var found = await QueryAsync<(string Reference, string Id, int Rank)>(
            """
            SELECT r, group_id, 1 FROM unnest(@references) r JOIN followups.groups ON group_id = r
            UNION ALL SELECT r, group_id, 2 FROM unnest(@references) r JOIN followups.groups ON display_name = r
            """,
            new { references = references.Distinct().ToArray() },
            cancellationToken);
        var members = (await QueryAsync<(string GroupId, string UserId)>(
            "SELECT group_id, user_id FROM followups.group_members WHERE group_id = ANY (@groups) ORDER BY group_id, user_id",
            new { groups = found.Select(row => row.Id).Distinct().ToArray() },
            cancellationToken)).ToLookup(row => row.GroupId, row => row.UserId);
        return Resolve(references, found, id => [.. members[id].Take(MostMembers)]);
    }

    private static Dictionary<string, ResolvedReference> Resolve(
        IEnumerable<string> references, IReadOnlyList<(string Reference, string Id, int Rank)> found, Func<string, IReadOnlyList<string>> members)
    {
        var byReference = found.ToLookup(row => row.Reference, StringComparer.Ordinal);
        return references.Distinct().ToDictionary(reference => reference, reference =>
        {
            var best = byReference[reference].GroupBy(row => row.Rank).MinBy(rank => rank.Key)?.Select(row => row.Id).Distinct().ToList() ?? [];
            return best switch
            {
                [var id] => new ResolvedReference(members(id), "", id),
                [] => new([], "RECIPIENT_NOT_FOUND", reference),
                _ => new([], "RECIPIENT_AMBIGUOUS", reference),
            };
        }, StringComparer.Ordinal);
    }

    private static User WithoutAttributes(User user)
    {
        var clone = user.Clone();
        clone.Attributes.Clear();
        return clone;
    }

    private static DirectoryUser Read(UserRow row)
    {
        var user = User.Parser.ParseFrom(row.Definition);
        user.Attributes.Add(JsonSerializer.Deserialize<Dictionary<string, string>>(row.Attributes)!);
        return new(user, row.ChannelTypes, row.OptedOut);
    }

    private async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<T>(new(sql, parameters, cancellationToken: cancellationToken))];
    }

    private sealed record UserRow
    {
        public byte[] Definition { get; init; } = [];

        public string Attributes { get; init; } = "";

        public bool OptedOut { get; init; }

        public string[] ChannelTypes { get; init; } = [];
    }
}
