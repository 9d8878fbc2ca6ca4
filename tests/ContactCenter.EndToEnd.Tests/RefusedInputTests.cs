using System.Net;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace ContactCenter.EndToEnd.Tests;

/// <summary>What the only door into the suite does with input that is wrong. It counts what is stored, so that no other test may send meanwhile.</summary>
[Collection("intake")]
public sealed class RefusedInputTests(PlayedSuite suite) : IDisposable
{
    private const string Path = "/ingest/twilio/taskrouter";
    private readonly HttpClient _http = new() { BaseAddress = suite.Insights.Http, Timeout = TimeSpan.FromSeconds(60) };

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    [Fact]
    [Rule("INS-8")]
    public async Task A_wrong_or_missing_signature_gets_403_and_stores_nothing()
    {
        var before = await StoredAsync();

        var wrong = await PostAsync("EventType=task.created&TaskSid=WT00000000000000000000000000000099", "wrong" + Signature(""));
        var missing = await PostAsync("EventType=task.created&TaskSid=WT00000000000000000000000000000099", signature: null);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (wrong, missing));
        Assert.Equal(before, await StoredAsync());
    }

    [Fact]
    [Rule("INS-11")]
    public async Task A_signed_event_of_an_unknown_type_is_taken_stored_and_ignored()
    {
        var sid = $"EV{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";

        var status = await PostSignedAsync(
            ("AccountSid", suite.Insights.Environment["Twilio__Accounts__0__AccountSid"]),
            ("EventType", "task.teleported"),
            ("Sid", sid),
            ("WorkspaceSid", suite.Insights.Environment["Twilio__Accounts__0__WorkspaceSids__0"]));

        Assert.Equal(HttpStatusCode.NoContent, status);
        Assert.Equal(1, await StoredAsync(sid));
    }

    [Fact]
    [Rule("INS-1")]
    public async Task Nonsense_is_refused_unsigned_and_kept_signed_and_harms_nothing_either_way()
    {
        var unsigned = await PostAsync("%%%=&&==&%zz=%", Signature("nothing that matches"));
        var signed = await PostSignedAsync(("Nonsense", "yes"));

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.NoContent), (unsigned, signed));
        using var health = await _http.GetAsync("/health", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    [Rule("INS-21")]
    public async Task A_body_of_10_MB_gets_413_and_stores_nothing()
    {
        var before = await StoredAsync();

        var status = await PostAsync("TaskAttributes=" + new string('x', 10 * 1024 * 1024), Signature("TaskAttributes"));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal(before, await StoredAsync());
    }

    // The fields come in ordinal order and need no escaping.
    private Task<HttpStatusCode> PostSignedAsync(params (string Name, string Value)[] fields) =>
        PostAsync(string.Join('&', fields.Select(f => $"{f.Name}={f.Value}")), Signature(string.Concat(fields.Select(f => f.Name + f.Value))));

    private async Task<HttpStatusCode> PostAsync(string body, string? signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path)
        {
            Content = new StringContent(body, Encoding.ASCII, "application/x-www-form-urlencoded"),
        };
        if (signature is not null)
            request.Headers.Add("X-Twilio-Signature", signature);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private string Signature(string parameters)
    {
        var environment = suite.Insights.Environment;
        var text = environment["PublicBaseUrl"].TrimEnd('/') + Path + parameters;
#pragma warning disable CA5350 // The sender's contract says SHA-1.
        return Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(environment["Twilio__Accounts__0__AuthTokens__0"]), Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
    }

    private async Task<long> StoredAsync(string? eventKey = null)
    {
        await using var database = new NpgsqlConnection(suite.Insights.Environment["ConnectionStrings__database"]);
        await database.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("select count(*) from insights.raw_events where $1::text is null or event_key = $1", database)
        {
            Parameters = { new() { Value = (object?)eventKey ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text } },
        };
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
