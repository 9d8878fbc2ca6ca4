using System.Text;
using ContactCenter.Contracts;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Answers;
using ValueType = ContactCenter.Crm.V1.ValueType;

namespace ContactCenter.CrmConnector.Rendering;

/// <summary>A call of the CRM, parsed: renders its request (CRM-35 to CRM-40).</summary>
public sealed record RequestTemplate
{
    /// <summary>Longest URL with values, in characters.</summary>
    public const int LongestUrl = 8_192;

    /// <summary>Largest body, in bytes.</summary>
    public const int LargestBody = 1 << 20;

    private const int NotFoundStatus = 404;

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

    /// <summary>How a file is sent (CRM-117); unspecified for endpoints that send none.</summary>
    public UploadType Upload { get; init; }

    /// <summary>Statuses that mean that nothing was found (CRM-66).</summary>
    public IReadOnlyList<int> NotFoundStatuses { get; init; } = [];

    /// <summary>Whether it looks for something: phone numbers then have the search form (CRM-26).</summary>
    public bool IsFind => IsFindKind(Kind);

    /// <summary>Every variable in URL and parameters.</summary>
    public IEnumerable<Variable> Variables => Url.Variables.Concat(Parameters.SelectMany(parameter => parameter.Value.Variables));

    /// <summary>Whether an answer with a status that is no success means that nothing was found (CRM-64, CRM-66).</summary>
    /// <param name="status">The status; null without an answer.</param>
    public bool IsNotFound(int? status) => Kind == EndpointKind.FindAccountById ? status == NotFoundStatus : status is { } known && NotFoundStatuses.Contains(known);

    /// <summary>Whether an endpoint looks for something.</summary>
    /// <param name="kind">The endpoint.</param>
    public static bool IsFindKind(EndpointKind kind) => kind is EndpointKind.FindAccountByQuery or EndpointKind.FindAccountById or EndpointKind.FindRecordByQuery;

    /// <summary>Puts values in the place of the variables.</summary>
    /// <param name="values">What the variables stand for.</param>
    /// <param name="file">The file that is sent; only for an upload, which needs one.</param>
    public RequestText Render(Func<Variable, VariableValue> values, FileHead? file = null)
    {
        if (file is { IsSafe: false })
            return new() { Refusal = CrmErrors.HeaderInjection, Subject = Rendering.Variables.FileData.Name };
        if (IsFind && !Variables.Any(variable => variable.IsCriterion && !values(variable).IsEmpty))
            return new() { Refusal = CrmErrors.NoCriteria };
        var functions = new CallEvaluator(values, EscapeQueries);
        var sent = new List<(string Key, RenderedParameter Value)>(Parameters.Count);
        var dropped = new List<string>();
        foreach (var parameter in Parameters)
        {
            var rendered = file is not null && parameter.IsFile ? RenderedParameter.File : parameter.Render(values, functions);
            switch (rendered.Outcome)
            {
                case ParameterOutcome.Sent:
                    // A part of text has no type of its own; JSON stays JSON there.
                    sent.Add((parameter.Key, Upload == UploadType.Multipart && parameter.Type == ValueType.Json ? rendered with { Text = rendered.Json } : rendered));
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
        var (body, fileAt) = isGet ? ("", null) : Upload == UploadType.Multipart ? MultipartText.Of(sent, file!) : Body(sent);
        return url.Text.Length > LongestUrl || Encoding.UTF8.GetByteCount(body) > LargestBody
            ? new() { Refusal = CrmErrors.RequestTooLarge, Subject = url.Text.Length > LongestUrl ? "url" : "body" }
            : new() { Url = url.Text, Body = body, FileAt = fileAt, ContentType = isGet ? "" : Upload == UploadType.Multipart ? MultipartText.TypeOf(file!) : JsonText.MediaType, Dropped = dropped };
    }

    private (string Body, int? FileAt) Body(List<(string Key, RenderedParameter Value)> parameters)
    {
        int? fileAt = null;
        var body = new StringBuilder(Container switch
        {
            ContainerType.Map => $"{{{JsonText.Quote(ContainerName)}:{{",
            ContainerType.Array => $"{{{JsonText.Quote(ContainerName)}:[{{",
            _ => "{",
        });
        foreach (var (i, (key, value)) in parameters.Index())
        {
            body.Append(i > 0 ? "," : "").Append(JsonText.Quote(key)).Append(':');
            if (ReferenceEquals(value, RenderedParameter.File))
                fileAt = body.Length + 1;
            body.Append(value.Json);
        }

        body.Append(Container switch { ContainerType.Map => "}}", ContainerType.Array => "}]}", _ => "}" });
        return (body.ToString(), fileAt);
    }
}

/// <summary>A request with values, or why it is not sent.</summary>
public sealed record RequestText
{
    /// <summary>Where to, with the query; empty if it is not sent.</summary>
    public string Url { get; init; } = "";

    /// <summary>JSON, or the text of a multipart form around a file; empty with GET.</summary>
    public string Body { get; init; } = "";

    /// <summary>Before which character of the body the content of a file comes; null for no file.</summary>
    public int? FileAt { get; init; }

    /// <summary>Media type of the body; empty with GET.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>The body for people, with the name of the variable in the place of a file.</summary>
    public string ShownBody => FileAt is { } place ? Body.Insert(place, Variables.FileData.ToString()) : Body;

    /// <summary>Keys of the parameters that were left out.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];

    /// <summary>Why it is not sent; null if it is.</summary>
    public string? Refusal { get; init; }

    /// <summary>What is in the way.</summary>
    public string Subject { get; init; } = "";
}
