using ContactCenter.Contracts;
using ContactCenter.InsightsEnrichment.DataSets;
using ContactCenter.ServiceDefaults;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Exports;

/// <summary>Checks what is to be exported.</summary>
internal static class ExportDefinition
{
    private const string Domain = InsightsErrors.Domain;

    /// <summary>Checks a request and fills in what it leaves open, so that the export says all that the file depends on.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT with the field.</exception>
    public static V1.CreateExportRequest Check(V1.CreateExportRequest request, DataSetCatalog catalog)
    {
        var set = catalog.Find(request.DataSet, request.Grain)
            ?? throw RpcErrors.InvalidArgument(Domain, InsightsErrors.FieldRequired, "data_set", "must be one of the data sets");
        if (request.DataSet != V1.DataSet.Conversations && request.Grain != V1.DataSetGrain.Unspecified)
            throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, "grain", "is for the data set CONVERSATIONS only");
        _ = DataSetQuery.Of(set, request.Filter, request.View);
        var definition = request.Clone();
        definition.RequestId = "";
        definition.TimeZone = DataSetQuery.ZoneOf(request.TimeZone).Id;
        definition.View = request.View == V1.DataSetView.Unspecified ? V1.DataSetView.Loaded : request.View;
        definition.FormulaGuard = !request.HasFormulaGuard || request.FormulaGuard;
        if (request.DataSet == V1.DataSet.Conversations && request.Grain == V1.DataSetGrain.Unspecified)
            definition.Grain = V1.DataSetGrain.Segment;
        definition.Columns.Clear();
        definition.Columns.AddRange(ColumnsOf(set, request.Columns).Select(column => column.Name));
        return definition;
    }

    /// <summary>The columns of a file: those that are named, else all.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT <c>UNKNOWN_COLUMN</c> or <c>FIELD_INVALID</c> with the field.</exception>
    public static IReadOnlyList<DataSetColumn> ColumnsOf(DataSet set, IReadOnlyList<string> names)
    {
        if (names.Count == 0)
            return set.Columns;
        var columns = new List<DataSetColumn>(names.Count);
        for (var i = 0; i < names.Count; i++)
        {
            var column = set.Columns.FirstOrDefault(column => column.Name == names[i]) ?? throw DataSetQuery.UnknownColumn($"columns[{i}]", names[i]);
            if (columns.Contains(column))
                throw RpcErrors.InvalidArgument(Domain, SharedErrors.FieldInvalid, $"columns[{i}]", "is a column that was named before");
            columns.Add(column);
        }

        return columns;
    }
}
