using ContactCenter.Egress.Secrets;
using ContactCenter.Operations.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ContactCenter.Operations;

public sealed partial class OperationsService
{
    /// <inheritdoc />
    public override Task<SetSecretResponse> SetSecret(SetSecretRequest request, ServerCallContext context)
    {
        var (name, value) = (Required(request.Name, "name"), Required(request.Value, "value"));
        return ChangeAsync(request, context, async transaction =>
        {
            var secret = await secrets.SetAsync(transaction, name, value, context.CancellationToken);
            return new Deed<SetSecretResponse>(new() { Secret = MessageOf(secret) }, "secrets.set", $"secrets/{name}");
        });
    }

    /// <inheritdoc />
    public override async Task<ListSecretsResponse> ListSecrets(ListSecretsRequest request, ServerCallContext context)
    {
        var (page, next) = PageOf(await secrets.ListAsync(context.CancellationToken), secret => secret.Name, request.PageSize, request.PageToken, new ListSecretsRequest());
        var response = new ListSecretsResponse { NextPageToken = next };
        response.Secrets.AddRange(page.Select(MessageOf));
        return response;
    }

    /// <inheritdoc />
    public override async Task<GetRotationStatusResponse> GetRotationStatus(GetRotationStatusRequest request, ServerCallContext context)
    {
        var response = new GetRotationStatusResponse();
        response.Keys.AddRange((await rotation.GetStatusAsync(context.CancellationToken)).Select(
            use => new SecretKeyUse { KeyId = use.KeyId, IsActive = use.IsActive, Values = use.Values }));
        return response;
    }

    private static Secret MessageOf(SecretView secret) => new() { Name = secret.Name, SetTime = secret.SetTime.ToTimestamp(), KeyId = secret.KeyId };
}
