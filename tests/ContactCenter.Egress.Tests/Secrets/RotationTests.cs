using ContactCenter.Egress.OAuth;
using ContactCenter.Egress.Secrets;
using ContactCenter.Egress.Tests.OAuth;

namespace ContactCenter.Egress.Tests.Secrets;

public sealed class RotationTests(TestServers servers)
{
    private static readonly (string, string)[] NewKey =
        [("Secrets:Keys:k2", Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray())), ("Secrets:ActiveKey", "k2")];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Rule("SEC-3")]
    public async Task A_secret_is_set_listed_without_its_value_and_read_by_the_program()
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        var replica = world.AddReplica();
        var desk = replica.Get<SecretDesk>();

        var set = await SetAsync(replica, "crm.password", "canary-value-1");
        world.Time.Advance(TimeSpan.FromHours(1));
        await SetAsync(replica, "crm.password", "canary-value-2");
        var listed = Assert.Single(await desk.ListAsync(Cancel));

        Assert.Equal(("crm.password", "k1"), (set.Name, set.KeyId));
        Assert.Equal(set with { SetTime = set.SetTime.AddHours(1) }, listed);
        Assert.Equal("canary-value-2", await desk.ReadAsync("crm.password", Cancel));
        Assert.Null(await desk.ReadAsync("none", Cancel));
        Assert.Equal("[redacted]", replica.Get<Redactor>().Text("canary-value-2"));
    }

    [Theory]
    [Rule("SEC-3")]
    [InlineData("", "v", "name")]
    [InlineData("a b", "v", "name")]
    [InlineData("a", "", "value")]
    public async Task A_name_or_value_that_is_not_accepted_is_named_and_not_repeated(string name, string value, string field)
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        var replica = world.AddReplica();

        var error = await Assert.ThrowsAsync<SecretInvalidException>(() => SetAsync(replica, name, value));

        Assert.Equal(field, error.Field);
    }

    [Fact]
    [Rule("SEC-2")]
    public async Task After_a_change_of_the_key_every_value_moves_and_the_numbers_left_are_told()
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        var before = world.AddReplica();
        await before.Get<GrantStore>().SaveAsync(world.RefreshGrant(), Cancel);
        Assert.True((await world.CallAsync(before)).IsSuccess);
        for (var i = 0; i < 250; i++)
            await SetAsync(before, $"secret-{i}", $"value-{i}");

        var after = world.AddReplica(settings: NewKey);
        var rotation = after.Get<SecretRotation>();
        Assert.Equal([new KeyUse("k1", false, 253), new KeyUse("k2", true, 0)], await rotation.GetStatusAsync(Cancel));
        var moved = await Task.WhenAll(rotation.RunAsync(Cancel), world.AddReplica(settings: NewKey).Get<SecretRotation>().RunAsync(Cancel));

        Assert.Equal(253, moved.Sum());
        Assert.Equal([new KeyUse("k1", false, 0), new KeyUse("k2", true, 253)], await rotation.GetStatusAsync(Cancel));
        Assert.Equal("value-249", await after.Get<SecretDesk>().ReadAsync("secret-249", Cancel));
        Assert.True((await world.CallAsync(after)).IsSuccess);
        Assert.Single(world.Provider.TokenRequests);
    }

    [Fact]
    [Rule("SEC-2")]
    public async Task A_service_starts_the_move_by_itself_and_repeats_it_for_values_of_an_older_process()
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        var before = world.AddReplica();
        await SetAsync(before, "one", "value-1");
        var rotation = world.AddReplica(settings: NewKey).Get<SecretRotation>();

        await rotation.StartingAsync(Cancel);
        await rotation.StartAsync(Cancel);
        await Eventually.TrueAsync(async () => (await rotation.GetStatusAsync(Cancel))[0].Values == 0);
        await SetAsync(before, "two", "value-2");
        await Eventually.TrueAsync(async () =>
        {
            world.Time.Advance(TimeSpan.FromHours(1));
            return (await rotation.GetStatusAsync(Cancel))[0].Values == 0;
        });
        await rotation.StopAsync(Cancel);
    }

    [Fact]
    [Rule("SEC-2")]
    public async Task A_stored_value_of_a_key_that_is_not_configured_stops_the_start_and_names_the_key()
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        await SetAsync(world.AddReplica(settings: NewKey), "one", "value-1");

        var error = await Assert.ThrowsAsync<SecretKeyMissingException>(() => world.AddReplica().Get<SecretRotation>().StartingAsync(Cancel));

        Assert.Equal("k2", error.KeyId);
        Assert.Equal("Values in egress.secrets are encrypted with key 'k2', which is not configured: set Secrets:Keys:k2.", error.Message);
    }

    [Fact]
    [Rule("SEC-2")]
    public async Task Every_encrypted_column_of_Egress_takes_part()
    {
        await using var world = await GrantFixture.CreateAsync(servers);
        var columns = SecretColumn.OfEgress.Select(column => $"{column.Place.Table}.{column.Place.Column}");

        await using var command = world.Source.CreateCommand(
            "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'egress' AND table_name || '.' || column_name = ANY ($1)");
        command.Parameters.AddWithValue(columns.ToArray());

        Assert.Equal((long)SecretColumn.OfEgress.Count, await command.ExecuteScalarAsync(Cancel));
        Assert.Equal(SecretColumn.OfEgress.Count, columns.Distinct().Count());
    }

    private static Task<SecretView> SetAsync(EgressFixture replica, string name, string value) =>
        replica.CommitAsync(transaction => replica.Get<SecretDesk>().SetAsync(transaction, name, value, Cancel));
}
