using ContactCenter.Contracts;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.ServiceDefaults.Callers;
using Microsoft.Net.Http.Headers;

namespace ContactCenter.InsightsEnrichment.Sessions;

/// <summary>Serves the metadata document by HTTP: 200 with an ETag, 304 for a reader that has it, 404.</summary>
internal static class SessionMetadataEndpoint
{
    /// <summary>Maps the endpoint.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/sessions/{name}/metadata", GetAsync).RequireScope("read");

    private static async Task GetAsync(HttpContext context, string name, SessionStore store, SessionRenderer renderer)
    {
        var session = SessionName.TryParse(name, out var parsed) ? await store.FindAsync(parsed, context.RequestAborted) : null;
        if (session is null)
        {
            await RequestBody.AnswerAsync(context, StatusCodes.Status404NotFound, InsightsErrors.SessionNotFound, "There is no session of this name.");
            return;
        }

        var document = renderer.Metadata(session);
        await Results.Bytes(document.Bytes, "application/json", entityTag: new EntityTagHeaderValue(document.Etag)).ExecuteAsync(context);
    }
}
