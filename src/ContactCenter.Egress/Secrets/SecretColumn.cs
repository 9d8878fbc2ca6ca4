namespace ContactCenter.Egress.Secrets;

/// <summary>
/// A column with values of <see cref="SecretKeyRing"/>; register one for each such column, so that its values are checked at
/// the start and follow a change of the active key (SEC-2).
/// </summary>
/// <param name="Schema">The table's schema.</param>
/// <param name="Place">Table and column as they were given to <see cref="SecretKeyRing.Encrypt(SecretPlace, string)"/>; the row id is not used.</param>
/// <param name="RowId">SQL of the row id as text, as it was given there, such as <c>id</c>.</param>
public sealed record SecretColumn(string Schema, SecretPlace Place, string RowId)
{
    internal string Table => $"{Schema}.{Place.Table}";

    internal static IReadOnlyList<SecretColumn> OfEgress { get; } =
    [
        new("egress", new("oauth_grants", "client_secret", ""), "id"),
        new("egress", new("oauth_grants", "refresh_token", ""), "id"),
        new("egress", new("oauth_grants", "private_key", ""), "id"),
        new("egress", new("oauth_grants", "access_token", ""), "id"),
        new("egress", new("oauth_authorizations", "code_verifier", ""), "encode(state_hash, 'hex')"),
        new("egress", new("destinations", "client_key", ""), "id"),
        new("egress", new("secrets", "value", ""), "name"),
    ];
}
