using System.Diagnostics;
using System.Text;
using ContactCenter.Insights.V1;
using ContactCenter.Sandbox.Twilio;
using ContactCenter.Testing;
using Grpc.Core;
using Grpc.Net.Client;

namespace ContactCenter.Benchmarks.Ingest;

/// <summary>How long after the answer to a callback its conversation can be asked for, while callbacks come steadily.</summary>
/// <param name="http">Address for callbacks.</param>
/// <param name="grpc">Address for questions.</param>
internal sealed class QueryLatency(Uri http, string grpc)
{
    private const int Rate = 500;

    /// <summary>One in so many new conversations is asked for: to ask for all would be a load of its own.</summary>
    private const int Sample = 4;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Posts 500 callbacks a second.</summary>
    /// <returns>The time for all but 1 in 100.</returns>
    internal async Task<TimeSpan> MeasureAsync(Callbacks callbacks, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var sender = new HttpClient { BaseAddress = http };
        using var channel = GrpcChannel.ForAddress(grpc, new() { HttpHandler = TestKey.Handler(), DisposeHttpClient = true });
        var conversations = new ConversationService.ConversationServiceClient(channel);
        var forms = new Queue<IReadOnlyList<KeyValuePair<string, string>>>(callbacks.Next((int)(Rate * duration.TotalSeconds)));
        var (sent, waits, entered) = (new List<Task>(), new List<Task<TimeSpan>>(), 0);
        using var ticks = new PeriodicTimer(Tick);
        for (var start = Stopwatch.GetTimestamp(); forms.Count > 0; await ticks.WaitForNextTickAsync(cancellationToken))
        {
            for (var due = (int)(Rate * Stopwatch.GetElapsedTime(start).TotalSeconds) - sent.Count; due > 0 && forms.TryDequeue(out var form); due--)
            {
                var answer = PostAsync(sender, form, cancellationToken);
                sent.Add(answer);
                // With its entry into a queue a task has a segment, and so a conversation.
                if (form[0].Value == "task-queue.entered" && entered++ % Sample == 0)
                    waits.Add(WaitAsync(answer, conversations, form.Single(field => field.Key == "TaskSid").Value, cancellationToken));
            }
        }

        await Task.WhenAll(sent);
        return (await Task.WhenAll(waits)).Order().ElementAt((int)(waits.Count * 0.99));
    }

    private static async Task PostAsync(HttpClient sender, IReadOnlyList<KeyValuePair<string, string>> form, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Callbacks.Path)
        {
            Content = new StringContent(Callbacks.Body(form), Encoding.UTF8, "application/x-www-form-urlencoded"),
            Headers = { { "X-Twilio-Signature", TwilioSignature.Sign(Callbacks.PublicBaseUrl + Callbacks.Path, form, Callbacks.AuthToken) } },
        };
        using var response = await sender.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    private static async Task<TimeSpan> WaitAsync(
        Task answer, ConversationService.ConversationServiceClient conversations, string id, CancellationToken cancellationToken)
    {
        await answer;
        for (var start = Stopwatch.GetTimestamp(); ; await Task.Delay(Pause, cancellationToken))
        {
            try
            {
                await conversations.GetConversationAsync(new() { ConversationId = id }, cancellationToken: cancellationToken);
                return Stopwatch.GetElapsedTime(start);
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.NotFound && Stopwatch.GetElapsedTime(start) < Limit)
            {
                // Not yet.
            }
        }
    }
}
