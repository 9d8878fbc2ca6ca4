using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ContactCenter.StorageExport.Documents;
using Grpc.Core;
using SessionKind = ContactCenter.StorageExport.Files.SessionKind;
using V1 = ContactCenter.Storage.V1;

namespace ContactCenter.StorageExport.Tests.Documents;

/// <summary>The schemas of metadata documents, as callers get them and as the service checks by them.</summary>
public sealed class SchemaTests(TestServers servers) : StorageTest(servers)
{
    [Theory]
    [Rule("STO-80"), Rule("STO-77")]
    [InlineData(SessionKind.Call, "metadata_call-1418.json", 1418)]
    [InlineData(SessionKind.Chat, "metadata_chat-135.json", 135)]
    public async Task A_recorded_document_follows_the_schema_of_its_kind_and_not_that_of_the_other(SessionKind kind, string file, long id)
    {
        var bytes = await File.ReadAllBytesAsync(ContractData.Require($"ccai-platform/{file}"), Cancellation);

        Assert.Empty(MetadataSchema.Of(kind).Check(bytes, id));
        Assert.NotEmpty(MetadataSchema.Of(1 - kind).Check(bytes, id));
        Assert.Equal([new SchemaFault("/id", "another session")], MetadataSchema.Of(kind).Check(bytes, id + 1));
        Assert.Equal([new SchemaFault("", "no JSON")], MetadataSchema.Of(kind).Check([.. Encoding.UTF8.Preamble, .. bytes], id));

        // Older documents lack what is marked so, and readers have to cope with that.
        var older = JsonNode.Parse(bytes)!.AsObject();
        foreach (var key in new[] { "queue_priority_level", "escalations", "dispositions", "sip_headers" })
            older.Remove(key);
        Assert.Empty(MetadataSchema.Of(kind).Check(Encoding.UTF8.GetBytes(older.ToJsonString()), id));
    }

    [Theory]
    [Rule("STO-76"), Rule("STO-77"), Rule("STO-78"), Rule("STO-80")]
    [InlineData("/status", "null", "/status type")]
    [InlineData("/photos", "null", "/photos type")]
    [InlineData("/rating", "6", "/rating maximum")]
    [InlineData("/wait_duration", "1.5", "/wait_duration type")]
    [InlineData("/wait_duration", "-1", "/wait_duration minimum")]
    [InlineData("/created_at", "\"2026-03-23T20:12:51Z\"", "/created_at pattern")]
    [InlineData("/agent_info", """{"id":5,"name":"x","avatar_url":null}""", "/agent_info anyOf")]
    [InlineData("/handle_durations/0/agent_id", "\"5\"", "/handle_durations/0/agent_id type")]
    [InlineData("/queued_at", "null", "/queued_at false")]
    [InlineData("/after_hours", null, "/after_hours required")]
    [InlineData("/something_new", "1", null)]
    public void What_a_schema_finds_is_named_by_its_place(string place, string? value, string? fault)
    {
        var document = MetadataText.Of(SessionKind.Chat, isFull: true);
        Set(document, place, value);

        Assert.Equal(fault is null ? [] : [fault], MetadataSchema.Of(SessionKind.Chat).Check(Encoding.UTF8.GetBytes(document.ToJsonString()), 1).Select(found => $"{found.Pointer} {found.Keyword}"));
    }

    [Theory]
    [Rule("STO-80")]
    [InlineData("""{"type":"object"}""")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#"}""")]
    [InlineData("""{"$schema":"https://json-schema.org/draft/2020-12/schema","properties":{"a":{"oneOf":[]}}}""")]
    [InlineData("""{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"text"}""")]
    [InlineData("""{"$schema":"https://json-schema.org/draft/2020-12/schema","$ref":"#/$defs/none"}""")]
    [InlineData("""{"$schema":"https://json-schema.org/draft/2020-12/schema","items":{"$ref":"other.json"}}""")]
    public void A_schema_that_says_what_is_not_understood_is_refused(string schema) => Assert.Throws<NotSupportedException>(() => JsonSchema.Parse(schema));

    [Theory]
    [Rule("STO-80")]
    [InlineData(V1.SessionKind.Call, SessionKind.Call)]
    [InlineData(V1.SessionKind.Chat, SessionKind.Chat)]
    public async Task Another_implementation_judges_thousands_of_documents_alike_by_the_schema_that_is_served(V1.SessionKind asked, SessionKind kind)
    {
        var schema = (await new V1.ExportService.ExportServiceClient(Invoker).GetMetadataSchemaAsync(new() { SessionKind = asked }, cancellationToken: Cancellation)).Schema;
        var documents = Mutations(MetadataText.Of(kind, isFull: true)).Prepend(MetadataText.Of(kind, isFull: true).ToJsonString()).Prepend(MetadataText.Of(kind, isFull: false).ToJsonString()).ToList();

        var judged = await JudgeAsync(schema, documents);

        var own = JsonSchema.Parse(schema);
        Assert.InRange(documents.Count, 1_000, 10_000);
        Assert.Equal([true, true], judged.Take(2));
        Assert.Contains(false, judged);
        foreach (var (document, isValid) in documents.Zip(judged))
            Assert.True(isValid == (own.Check(JsonDocument.Parse(document).RootElement).Count == 0), $"ajv says {isValid} of {document}");
    }

    [Fact]
    public async Task A_schema_is_of_calls_or_of_chats()
    {
        var client = new V1.ExportService.ExportServiceClient(Invoker);
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_REQUIRED", client.GetMetadataSchemaAsync(new(), cancellationToken: Cancellation), "session_kind");
        await FailsAsync(StatusCode.InvalidArgument, "FIELD_INVALID", client.GetMetadataSchemaAsync(new() { SessionKind = (V1.SessionKind)3 }, cancellationToken: Cancellation), "session_kind");
    }

    /// <summary>Replaces or, with null, removes what is at a place.</summary>
    private static void Set(JsonNode document, string place, string? value)
    {
        var names = place.Split('/')[1..];
        var owner = names[..^1].Aggregate(document, (node, name) => node is JsonArray list ? list[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)]! : node[name]!).AsObject();
        if (value is null)
            owner.Remove(names[^1]);
        else
            owner[names[^1]] = JsonNode.Parse(value);
    }

    /// <summary>The document with each of its members changed in turn.</summary>
    private static IEnumerable<string> Mutations(JsonObject document)
    {
        foreach (var owner in Objects(document).ToList())
        {
            foreach (var (name, value) in owner.ToList())
            {
                foreach (var other in new[] { "null", "true", "0", "-1", "1.0", "1.5", "7", "\"\"", "\"deprecated\"", "[]", "[1]", "{}" })
                {
                    owner[name] = JsonNode.Parse(other);
                    yield return document.ToJsonString();
                }

                owner.Remove(name);
                yield return document.ToJsonString();
                owner[name] = value;
            }
        }
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject owner => owner.SelectMany(member => Objects(member.Value)).Prepend(owner),
        JsonArray list => list.SelectMany(Objects),
        _ => [],
    };

    /// <summary>Whether documents follow a schema, by ajv.</summary>
    private static async Task<List<bool>> JudgeAsync(string schema, List<string> documents)
    {
        const string Script =
            """
            const Ajv = require("ajv/dist/2020");
            const [schema, ...documents] = require("fs").readFileSync(0, "utf8").split("\n").map(line => JSON.parse(line));
            const validate = new Ajv({ allErrors: true, strictTypes: false }).compile(schema);
            console.log(JSON.stringify(documents.map(document => validate(document))));
            """;
        using var node = Process.Start(new ProcessStartInfo("node", ["-e", Script])
        {
            WorkingDirectory = Path.Combine(ServerProcess.RepositoryRoot, "tests"),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var (output, errors) = (node.StandardOutput.ReadToEndAsync(Cancellation), node.StandardError.ReadToEndAsync(Cancellation));
            await node.StandardInput.WriteAsync(string.Join('\n', documents.Prepend(JsonNode.Parse(schema)!.ToJsonString())).AsMemory(), Cancellation);
            node.StandardInput.Close();
            await node.WaitForExitAsync(Cancellation);
            Assert.True(node.ExitCode == 0, await errors);
            return JsonSerializer.Deserialize<List<bool>>(await output)!;
        }
        finally
        {
            if (!node.HasExited)
                node.Kill();
        }
    }
}
