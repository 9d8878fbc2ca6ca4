using ContactCenter.Contracts;
using ContactCenter.Crm.V1;
using ContactCenter.CrmConnector.Answers;
using ContactCenter.CrmConnector.Rendering;
using ContactCenter.CrmConnector.Sessions;
using ContactCenter.Durable;
using ContactCenter.Egress;
using ContactCenter.Events.Crm;
using LinkState = ContactCenter.CrmConnector.Sessions.LinkState;

namespace ContactCenter.CrmConnector.Outbound;

// What came of a call.
internal sealed partial class OperationFlow
{
    private const string AttachmentMissing = "ATTACHMENT_MISSING";
    private const int SessionsLookedAt = 50;

    private static readonly string[] OpenStatuses = ["open", "new"];

    /// <summary>Takes what came of the last call.</summary>
    /// <param name="result">How it went.</param>
    public async Task ApplyAsync(Result result)
    {
        var failure = result.Outcome.Failure;
        if (failure is { Decision: EgressDecision.Wait })
        {
            // What is to be sent has gone; the next content comes, or has come.
            if (failure.Reason == CrmErrors.FileReplaced)
                operation.Request = null;
            // Nothing was sent: no attempt (CRM-22, CRM-140, CRM-141).
            operation.State = operation.AttemptCount == 0 ? WorkState.Queued : WorkState.Waiting;
            WaitFor(failure.Reason.ToLowerInvariant(), failure.Delay ?? TimeSpan.FromSeconds(1));
            return;
        }

        result.Attempt.CountFor(operation);
        var kind = result.Request.Endpoint;
        if (failure is null)
            await SucceedAsync(result, kind);
        else if (work.Connector.Template.Endpoints[kind].IsNotFound(failure.Status))
            NotFound(kind);
        else if (failure is { Class: ErrorClass.TooLarge, Reason: AnswerReader.TooLarge })
            Hold(AnswerReader.TooLarge);
        else
            Fail(failure, kind, result.Policy!);
    }

    private async Task SucceedAsync(Result result, EndpointKind kind)
    {
        operation.Response = null;
        if (kind == EndpointKind.UpdateRecord)
        {
            End(WorkState.Succeeded);
            Publish(new CrmRecordUpdated
            {
                EventId = Guid.CreateVersion7(now),
                OccurredTime = now,
                RecordedTime = now,
                AccountSid = work.Session.AccountSid,
                SessionKind = work.Session.Name.Kind,
                SessionId = work.Session.Name.Id,
                RecordId = IdOf(work.Session.Record),
                OperationId = operation.OperationId,
            });
        }
        else if (kind == EndpointKind.Comment)
        {
            Added(result);
        }
        else if (kind == EndpointKind.UploadFile)
        {
            Attached(result);
        }
        else
        {
            await ReadAsync(result, kind);
        }
    }

    private void Added(Result result)
    {
        operation.Request = null;
        if (operation.Part++ < result.Request.Parts)
            return;
        End(WorkState.Succeeded);
        Publish(new CrmCommentAdded
        {
            EventId = Guid.CreateVersion7(now),
            OccurredTime = now,
            RecordedTime = now,
            AccountSid = work.Session.AccountSid,
            SessionKind = work.Session.Name.Kind,
            SessionId = work.Session.Name.Id,
            RecordId = IdOf(work.Session.Record),
            OperationId = operation.OperationId,
        });
    }

    // The answer to an upload has the attachment where it was said to be (CRM-121).
    private void Attached(Result result)
    {
        (string? Id, string? Url)? attachment = (null, null);
        if (work.Connector.Template.Endpoints[EndpointKind.UploadFile].Answer is { } reader)
        {
            var response = result.Outcome.Response!;
            var answer = reader.Read(response.Body);
            var values = work.Connector.Template.Values(work.Connector.Template.Endpoints[EndpointKind.UploadFile], work.Session.ToSession(), "");
            attachment = answer.Id is { } found ? work.Connector.Template.Upload!.Read(found, values.Value) : null;
            if (attachment is null)
            {
                Hold(answer.Violation is { } violation and not AnswerReader.IdMissing ? violation : AttachmentMissing, response.Text);
                return;
            }
        }

        End(WorkState.Succeeded);
        work.Attached(result.Request.File!, attachment.Value.Id, attachment.Value.Url);
    }

    // The answer of an endpoint that finds or makes something.
    private async Task ReadAsync(Result result, EndpointKind kind)
    {
        var response = result.Outcome.Response!;
        var answer = work.Connector.Template.Endpoints[kind].Answer!.Read(response.Body);
        var isCreate = kind is EndpointKind.CreateAccount or EndpointKind.CreateRecord;
        if (answer.Violation is { } violation)
            Hold(violation, response.Text);
        else if (answer.Id is null && isCreate)
            Hold(AnswerReader.IdMissing, response.Text);
        else if (answer.Id is not { } id)
            NotFound(kind);
        else if (operation.Kind == WorkKind.Account)
            SettleAccount(Link.To(id));
        else if (isCreate || await IsUsableAsync(answer, id))
            SettleRecord(Link.To(id), reused: !isCreate && !operation.Uncertain);
        else
            NotFound(kind);
    }

    // A record that may have been made by the last attempt counts only with the title that was sent (CRM-85); others by CRM-87 and CRM-88.
    private async Task<bool> IsUsableAsync(Answer answer, VariableValue id)
    {
        if (operation.Step == EndpointKind.CreateRecord)
            return answer.Subject is not null && answer.Subject == SentRequest.Of(keys, operation)?.Subject;
        var flows = work.Connector.Flows;
        var open = flows.OpenStatuses.Count > 0 ? (IEnumerable<string>)flows.OpenStatuses : OpenStatuses;
        if (flows.RecordReuse == RecordReuse.OpenFound)
            return answer.Status is not { } status || open.Contains(status, StringComparer.OrdinalIgnoreCase);
        return flows.RecordReuse == RecordReuse.AnyFound || await HasQueueAsync(id);
    }

    private async Task<bool> HasQueueAsync(VariableValue record)
    {
        var queue = SessionSheet.LeafOf(work.Session.Sheet.Get<string>("QueuePath"));
        var sessions = await SessionStore.OfRecordAsync(transaction.Connection, record.Text, SessionsLookedAt);
        return queue is not null && sessions.Any(other => SessionSheet.LeafOf(other.Sheet.Get<string>("QueuePath")) == queue);
    }

    // By id, then by query, then a create (CRM-64, CRM-65).
    private void NotFound(EndpointKind kind)
    {
        if (operation.Step is EndpointKind.CreateAccount or EndpointKind.CreateRecord)
        {
            operation.Uncertain = false;
        }
        else
        {
            operation.Request = null;
            operation.Step = kind switch
            {
                EndpointKind.FindAccountById when Has(EndpointKind.FindAccountByQuery) => EndpointKind.FindAccountByQuery,
                EndpointKind.FindRecordByQuery => EndpointKind.CreateRecord,
                _ => EndpointKind.CreateAccount,
            };
        }
    }

    private void Fail(EgressFailure failure, EndpointKind kind, RetryPolicy policy)
    {
        var age = now - new DateTimeOffset(operation.FirstAttemptTime!.Value);
        var decision = failure.DecisionIsFixed
            ? new RetryDecision(null, failure.Reason)
            : policy.Decide(failure.PolicyName, operation.AttemptCount, age, Random.Shared.NextDouble(), failure.Delay);
        if (kind is EndpointKind.CreateAccount or EndpointKind.CreateRecord && failure.Class is ErrorClass.Timeout or ErrorClass.Reset)
            operation.Uncertain = true;
        if (decision.Delay is { } delay)
        {
            operation.State = WorkState.Waiting;
            operation.Reason = failure.Reason;
            WaitFor(failure.PolicyName, delay);
        }
        else
        {
            Die(decision.Reason == "FINAL" ? failure.Reason : decision.Reason!);
            _failure = new(failure.PolicyName, $"{failure.Reason}: {failure.Detail}");
        }
    }

    private void WaitFor(string reason, TimeSpan delay)
    {
        operation.NextAttemptTime = (now + delay).UtcDateTime;
        Wait = new(reason, delay) { UsesAge = false };
    }

    private static string? IdOf(Link link) => link.State == LinkState.Resolved ? link.Id.Text : null;
}
