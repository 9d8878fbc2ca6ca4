using ContactCenter.Contracts;
using ContactCenter.InsightsEnrichment.RawEvents;
using ContactCenter.ServiceDefaults.Callers;
using Microsoft.Net.Http.Headers;

namespace ContactCenter.InsightsEnrichment.Exports;

/// <summary>Serves the files of exports by HTTP, whole (200) or in ranges (206); 404 without export, 409 before it is done, 410 after it was removed.</summary>
internal static class ExportEndpoint
{
    /// <summary>Maps the endpoint.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/exports/{id}/content", GetAsync).RequireScope("insights.export");

    private static async Task GetAsync(HttpContext context, string id, ExportStore store, TimeProvider timeProvider)
    {
        var found = Guid.TryParseExact(id, "D", out var exportId) ? await store.FindAsync(exportId, context.RequestAborted) : null;
        switch (found?.At(timeProvider.GetUtcNow()))
        {
            case null:
                await RequestBody.AnswerAsync(context, StatusCodes.Status404NotFound, InsightsErrors.ExportNotFound, "There is no export of this id.");
                break;
            case { State: ExportState.Expired }:
                await RequestBody.AnswerAsync(context, StatusCodes.Status410Gone, InsightsErrors.ExportExpired, "The file was removed.");
                break;
            case { State: ExportState.Done } export:
                context.Response.Headers.XContentTypeOptions = "nosniff";
                var name = $"{export.Definition.DataSet.ToString().ToLowerInvariant()}-{export.ExportId}.csv";
                await Results.Stream(
                    new ExportContent(store, export), "text/csv; charset=utf-8", name, export.FinishTime, new EntityTagHeaderValue($"\"{export.Sha256}\""), enableRangeProcessing: true)
                    .ExecuteAsync(context);
                break;
            default:
                await RequestBody.AnswerAsync(context, StatusCodes.Status409Conflict, InsightsErrors.ExportNotReady, "There is no file: the export is not done.");
                break;
        }
    }
}
