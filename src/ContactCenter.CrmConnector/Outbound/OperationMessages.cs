using System.Globalization;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.Egress.Secrets;
using Google.Protobuf.WellKnownTypes;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Outbound;

/// <summary>Operations as callers see them.</summary>
internal static class OperationMessages
{
    /// <summary>An operation without its request.</summary>
    /// <param name="operation">As stored.</param>
    public static V1.Operation Of(StoredOperation operation)
    {
        var message = new V1.Operation
        {
            OperationId = operation.OperationId.ToString(),
            Session = operation.Session,
            ConnectorId = operation.ConnectorId,
            Kind = (V1.OperationKind)(operation.Kind + 1),
            State = (V1.OperationState)(operation.State + 1),
            Reason = operation.Reason,
            Source = operation.Source,
            PositionTime = operation.PositionTime.ToTimestamp(),
            Endpoint = operation.Step,
            Generation = operation.Generation,
            AttemptCount = operation.AttemptCount,
            FirstAttemptTime = operation.FirstAttemptTime?.ToTimestamp(),
            NextAttemptTime = operation.NextAttemptTime?.ToTimestamp(),
            CreateTime = operation.CreateTime.ToTimestamp(),
            EndTime = operation.EndTime?.ToTimestamp(),
        };
        message.Attempts.AddRange(CallAttempt.Of(operation).Select(attempt => new V1.Attempt
        {
            Time = attempt.Time.ToTimestamp(),
            Endpoint = attempt.Endpoint,
            Status = attempt.Status ?? 0,
            ErrorClass = attempt.ErrorClass ?? "",
            Duration = TimeSpan.FromMilliseconds(attempt.Milliseconds).ToDuration(),
        }));
        return message;
    }

    /// <summary>An operation with what it sends and what holds it (CRM-102).</summary>
    /// <param name="operation">As stored.</param>
    /// <param name="keys">Opens its request.</param>
    /// <param name="redactor">Masks secrets.</param>
    public static V1.Operation Of(StoredOperation operation, SecretKeyRing keys, Redactor redactor)
    {
        var message = Of(operation);
        message.ResponseExcerpt = SentRequest.ResponseOf(keys, operation);
        if (SentRequest.Of(keys, operation) is { } request)
            message.Request = new() { Endpoint = request.Endpoint, Url = redactor.Text(request.Url), Body = request.ContentType == JsonText.MediaType ? redactor.Json(request.Text.ShownBody) : redactor.Text(request.Text.ShownBody) };
        return message;
    }

    /// <summary>Reads an id of the CRM.</summary>
    /// <param name="id">Null for none.</param>
    public static VariableValue IdOf(V1.CrmId? id) => id?.ValueCase switch
    {
        V1.CrmId.ValueOneofCase.Text => VariableValue.Of(id.Text),
        V1.CrmId.ValueOneofCase.Number => VariableValue.Of(id.Number),
        _ => VariableValue.None,
    };

    /// <summary>An id of the CRM as callers see it.</summary>
    /// <param name="id">None for no id.</param>
    public static V1.CrmId? IdOf(VariableValue id) =>
        id.IsEmpty ? null : id.IsNumber && long.TryParse(id.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? new() { Number = number } : new() { Text = id.Text };
}
