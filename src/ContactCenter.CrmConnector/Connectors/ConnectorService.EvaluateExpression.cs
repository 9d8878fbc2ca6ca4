using ContactCenter.Contracts;
using ContactCenter.CrmConnector.Phones;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.CrmConnector.Sessions;
using Grpc.Core;
using V1 = ContactCenter.Crm.V1;

namespace ContactCenter.CrmConnector.Connectors;

public sealed partial class ConnectorService
{
    /// <inheritdoc />
    public override Task<V1.EvaluateExpressionResponse> EvaluateExpression(V1.EvaluateExpressionRequest request, ServerCallContext context)
    {
        var session = SampleSessions.Read(request.Session);
        var findings = new ConnectorFindings();
        var phones = ConnectorReader.ReadPhone(request.Phone, "phone", findings);
        if (!Enum.IsDefined(request.QueryEscaping))
            findings.Refuse("query_escaping", SharedErrors.FieldInvalid, "must be NONE or BACKSLASH");
        var problems = new List<ParseProblem>();
        var expression = ExpressionParser.ParseValue(request.Expression, Places.Endpoint | Places.Comment, problems);
        findings.Refuse("expression", problems);
        findings.ThrowIfRefused();

        var values = new SessionVariables(session, phones, request.Search ? PhoneForm.Search : PhoneForm.Creation, null, null, request.Session?.CommentBody ?? "");
        var functions = new CallEvaluator(values.Value, request.QueryEscaping == V1.QueryEscaping.Backslash);
        var response = new V1.EvaluateExpressionResponse();
        if (expression is Call call)
        {
            var evaluation = functions.Evaluate(call);
            (response.Result, response.Dropped) = (evaluation.Text, evaluation.Text.Length == 0);
            response.Arguments.AddRange(evaluation.Arguments.Select(MessageOf));
        }
        else
        {
            var rendered = new ParameterTemplate("", expression!, V1.ValueType.String, V1.OnEmpty.Omit).Render(values.Value, functions);
            (response.Result, response.Dropped) = (rendered.Text, rendered.Outcome == ParameterOutcome.Dropped);
        }

        response.Warnings.AddRange(WarningsOf(values));
        return Task.FromResult(response);
    }

    private static V1.EvaluatedArgument MessageOf(Evaluation argument) =>
        new() { Text = argument.Text, EmptyVariable = argument.EmptyVariable?.Name ?? "", Arguments = { argument.Arguments.Select(MessageOf) } };
}
