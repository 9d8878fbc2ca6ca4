using System.Buffers.Text;
using ContactCenter.Contracts;
using ContactCenter.InsightsEnrichment.DataSets;
using ContactCenter.ServiceDefaults;
using Google.Protobuf;
using V1 = ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Metrics;

/// <summary>The opaque text by which the segments of a cell are listed: its filter.</summary>
internal static class FilterToken
{
    /// <summary>Writes a token.</summary>
    /// <param name="filter">Of the cell.</param>
    /// <param name="view">Of the query.</param>
    public static string Write(V1.DataSetFilter filter, V1.DataSetView view) => Base64Url.EncodeToString(new V1.QueryMetricsRequest { Filter = filter, View = view }.ToByteArray());

    /// <summary>Reads a token.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT <c>FIELD_INVALID</c>: it is none of ours.</exception>
    public static DataSetQuery Read(string token, DataSetCatalog catalog)
    {
        try
        {
            var query = V1.QueryMetricsRequest.Parser.ParseFrom(Base64Url.DecodeFromChars(token));
            return DataSetQuery.Of(catalog.Segments, query.Filter, query.View);
        }
        catch (Exception exception) when (exception is FormatException or InvalidProtocolBufferException or Grpc.Core.RpcException)
        {
            throw RpcErrors.InvalidArgument(InsightsErrors.Domain, SharedErrors.FieldInvalid, "filter_token", "is not a token of QueryMetrics");
        }
    }
}
