using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ContactCenter.Sandbox.Cxone;

/// <summary>CXone's push interface as the sandbox plays it: lets one access key in and takes what comes with its token.</summary>
/// <param name="inbox">Keeps what comes.</param>
/// <param name="key">The access key.</param>
public sealed class CxoneApi(CxoneInbox inbox, CxoneKey key)
{
    /// <summary>Path of the service below the sandbox's address.</summary>
    public const string Root = "/cxone";

    private const string Push = $"{Root}/wfm/external-acd/v1";

    private readonly string _token = RandomNumberGenerator.GetHexString(32);

    /// <summary>Adds the endpoints.</summary>
    /// <param name="routes">Where to.</param>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost($"{Root}/authentication/v1/token/access-key", (JsonObject login) =>
            (string?)login["accessKeyId"] == key.Id && (string?)login["accessKeySecret"] == key.Secret
                ? Results.Json(new { access_token = _token, id_token = "", token_type = "Bearer", expires_in = 3600, refresh_token = "" })
                : Results.Unauthorized()).AllowAnonymous();
        routes.MapGet($"{Push}/heartbeat", (HttpRequest request) => IsLetIn(request) ? Results.Ok() : Results.Unauthorized()).AllowAnonymous();
        foreach (var kind in (string[])["agent-states", "agent-activity-report", "queue-report"])
        {
            routes.MapPost($"{Push}/{kind}", (HttpRequest request, JsonElement body) =>
            {
                if (!IsLetIn(request))
                    return Results.Unauthorized();
                inbox.Take(kind, body);
                return Results.Ok();
            }).AllowAnonymous();
        }
    }

    private bool IsLetIn(HttpRequest request) => request.Headers.Authorization == $"Bearer {_token}";
}

/// <summary>The access key that the sandbox's CXone has given out.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Secret">Its secret.</param>
public sealed record CxoneKey(string Id, string Secret)
{
    /// <summary>A key of this process: nobody else needs it.</summary>
    public static CxoneKey Create() => new(RandomNumberGenerator.GetHexString(20), RandomNumberGenerator.GetHexString(40));
}
