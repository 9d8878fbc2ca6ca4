using System.Text;
using ContactCenter.Contracts;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Answers;

namespace ContactCenter.CrmConnector.Rendering;

/// <summary>A call of the CRM, parsed: renders its request (CRM-35 to CRM-40).</summary>
public sealed record RequestTemplate
{
    /// <summary>Longest URL with values, in characters.</summary>
    public const int LongestUrl = 8_192;

    /// <summary>Largest body, in bytes.</summary>
    public const int LargestBody = 1 << 20;

    /// <summary>Which call.</summary>
    public required EndpointKind Kind { get; init; }

    /// <summary>Where to.</summary>
    public required UrlTemplate Url { get; init; }

    /// <summary>How.</summary>
    public required RequestMethod Method { get; init; }

    /// <summary>What is sent, in order.</summary>
    public required IReadOnlyList<ParameterTemplate> Parameters { get; init; }

    /// <summary>Reads the id out of its answer; null for endpoints whose answers are not read.</summary>
    public AnswerReader? Answer { get; init; }

    /// <summary>What the object of the parameters stands in.</summary>
    public ContainerType Container { get; init; }

    /// <summary>Name of the container.</summary>
    public string ContainerName { get; init; } = "";

    /// <summary>Whether operators of the CRM's query language are escaped in values.</summary>
    public bool EscapeQueries { get; init; }

    /// <summary>Statuses that mean that nothing was found (CRM-66).</summary>
    public IReadOnlyList<int> NotFoundStatuses { get; init; } = [];

    /// <summary>Whether it looks for something: phone numbers then have the search form (CRM-26).</summary>
    public bool IsFind => IsFindKind(Kind);

    /// <summary>Every variable in URL and parameters.</summary>
    public IEnumerable<Variable> Variables => Url.Variables.Concat(Parameters.SelectMany(parameter => parameter.Value.Variables));

    /// <summary>Whether an endpoint looks for something.</summary>
    /// <param name="kind">The endpoint.</param>
    public static bool IsFindKind(EndpointKind kind) => kind is EndpointKind.FindAccountByQuery or EndpointKind.FindAccountById or EndpointKind.FindRecordByQuery;

    /// <summary>Puts values in the place of the variables.</summary>
    /// <param name="values">What the variables stand for.</param>
    public RequestText Render(Func<Variable, VariableValue> values)
    {
        if (IsFind && !Variables.Any(variable => variable.IsCriterion && !values(variable).IsEmpty))
            return new() { Refusal = CrmErrors.NoCriteria };
        var functions = new CallEvaluator(values, EscapeQueries);
        var sent = new List<(string Key, RenderedParameter Value)>(Parameters.Count);
        var dropped = new List<string>();
        foreach (var parameter in Parameters)
        {
            var rendered = parameter.Render(values, functions);
            switch (rendered.Outcome)
            {
                case ParameterOutcome.Sent:
                    sent.Add((parameter.Key, rendered));
                    break;
                case ParameterOutcome.Dropped:
                    dropped.Add(parameter.Key);
                    break;
                default:
                    return new() { Refusal = rendered.Outcome == ParameterOutcome.Empty ? CrmErrors.ParameterEmpty : CrmErrors.ParameterType, Subject = parameter.Key };
            }
        }

        var isGet = Method == RequestMethod.Get;
        var url = Url.Render(values, isGet ? sent.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value.Text)}") : []);
        if (url.Refusal is { } refusal)
            return new() { Refusal = refusal, Subject = url.Subject };
        var body = isGet ? "" : Body(sent);
        return url.Text.Length > LongestUrl || Encoding.UTF8.GetByteCount(body) > LargestBody
            ? new() { Refusal = CrmErrors.RequestTooLarge, Subject = url.Text.Length > LongestUrl ? "url" : "body" }
            : new() { Url = url.Text, Body = body, Dropped = dropped };
    }

    private string Body(List<(string Key, RenderedParameter Value)> parameters)
    {
        var properties = $"{{{string.Join(',', parameters.Select(pair => $"{JsonText.Quote(pair.Key)}:{pair.Value.Json}"))}}}";
        return Container switch
        {
            ContainerType.Map => $"{{{JsonText.Quote(ContainerName)}:{properties}}}",
            ContainerType.Array => $"{{{JsonText.Quote(ContainerName)}:[{properties}]}}",
            _ => properties,
        };
    }
}

/// <summary>A request with values, or why it is not sent.</summary>
public sealed record RequestText
{
    /// <summary>Where to, with the query; empty if it is not sent.</summary>
    public string Url { get; init; } = "";

    /// <summary>JSON; empty with GET.</summary>
    public string Body { get; init; } = "";

    /// <summary>Keys of the parameters that were left out.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];

    /// <summary>Why it is not sent; null if it is.</summary>
    public string? Refusal { get; init; }

    /// <summary>What is in the way.</summary>
    public string Subject { get; init; } = "";
}
