using System.Text.Json.Nodes;
using ContactCenter.Operations.V1;
using ContactCenter.ServiceDefaults;
using ContactCenter.ServiceDefaults.Callers;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.Operations;

public sealed partial class OperationsService
{
    /// <inheritdoc />
    public override async Task<CreateApiKeyResponse> CreateApiKey(CreateApiKeyRequest request, ServerCallContext context)
    {
        var name = Required(request.Name, "name");
        var lifetime = SpanOf(request.Lifetime, "lifetime");
        CreatedApiKey? created = null;
        var response = await ChangeAsync(request, context, async transaction =>
        {
            created = await apiKeys.CreateAsync(transaction, name, request.Scopes, lifetime);
            return new Deed<CreateApiKeyResponse>(
                new() { ApiKey = MessageOf(created.Info) }, "apiKeys.create", $"apiKeys/{created.Info.Id}", ScopesOf(created.Info));
        });

        // Only after the answer was stored: a secret is nowhere to be read again (SEC-7).
        response.Key = created?.Key.Reveal() ?? "";
        return response;
    }

    /// <inheritdoc />
    public override async Task<ListApiKeysResponse> ListApiKeys(ListApiKeysRequest request, ServerCallContext context)
    {
        var size = Pages.Size(request.PageSize);
        var filter = new ListApiKeysRequest();
        var after = Pages.Position(request.PageToken, filter, 1);
        var rows = await apiKeys.ListAsync(after?[0] ?? "", size + 1, context.CancellationToken);

        var response = new ListApiKeysResponse();
        response.ApiKeys.AddRange(rows.Take(size).Select(MessageOf));
        if (rows.Count > size)
            response.NextPageToken = Paging.Token(filter, rows[size - 1].Id);
        return response;
    }

    /// <inheritdoc />
    public override async Task<RotateApiKeyResponse> RotateApiKey(RotateApiKeyRequest request, ServerCallContext context)
    {
        var id = Required(request.ApiKeyId, "api_key_id");
        var (overlap, lifetime) = (SpanOf(request.Overlap, "overlap"), SpanOf(request.Lifetime, "lifetime"));
        CreatedApiKey? created = null;
        var response = await ChangeAsync(request, context, async transaction =>
        {
            created = await apiKeys.RotateAsync(transaction, id, overlap, lifetime);
            return new Deed<RotateApiKeyResponse>(
                new() { ApiKey = MessageOf(created.Info) }, "apiKeys.rotate", $"apiKeys/{id}", new() { ["replaced_by"] = created.Info.Id });
        });
        response.Key = created?.Key.Reveal() ?? "";
        return response;
    }

    /// <inheritdoc />
    public override Task<RevokeApiKeyResponse> RevokeApiKey(RevokeApiKeyRequest request, ServerCallContext context)
    {
        var id = Required(request.ApiKeyId, "api_key_id");
        return ChangeAsync(request, context, async transaction =>
            new Deed<RevokeApiKeyResponse>(new() { ApiKey = MessageOf(await apiKeys.RevokeAsync(transaction, id)) }, "apiKeys.revoke", $"apiKeys/{id}"));
    }

    private static JsonObject ScopesOf(ApiKeyInfo key) =>
        new() { ["scopes"] = new JsonArray([.. key.Scopes.Select(scope => (JsonNode)scope)]) };

    private static V1.ApiKey MessageOf(ApiKeyInfo key)
    {
        var message = new V1.ApiKey
        {
            Id = key.Id,
            Name = key.Name,
            CreateTime = key.CreateTime.ToTimestamp(),
            ExpireTime = key.ExpireTime.ToTimestamp(),
            RevokeTime = key.RevokeTime?.ToTimestamp(),
            LastUseTime = key.LastUseTime?.ToTimestamp(),
            ReplacedBy = key.ReplacedBy ?? "",
        };
        message.Scopes.AddRange(key.Scopes);
        return message;
    }
}
