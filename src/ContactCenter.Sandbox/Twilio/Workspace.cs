namespace ContactCenter.Sandbox.Twilio;

/// <summary>A kind of medium that tasks come by.</summary>
/// <param name="UniqueName"><c>voice</c>, <c>chat</c> or <c>sms</c>.</param>
/// <param name="Capacity">How many tasks of it one worker takes at a time.</param>
public sealed record TaskChannel(string UniqueName, int Capacity)
{
    /// <summary>TC…</summary>
    public string Sid { get; } = Twilio.Sid.Of("TC", UniqueName);
}

/// <summary>A queue; in this workspace each serves one channel.</summary>
/// <param name="Name">Its friendly name.</param>
/// <param name="Channel">The channel of its tasks.</param>
public sealed record TaskQueue(string Name, TaskChannel Channel)
{
    /// <summary>WQ…</summary>
    public string Sid { get; } = Twilio.Sid.Of("WQ", Name);

    /// <summary>Which workers are eligible, in TaskRouter's expression language.</summary>
    public string TargetExpression => $"routing.skills HAS '{Channel.UniqueName}'";
}

/// <summary>What routes tasks into queues.</summary>
/// <param name="Name">Its friendly name.</param>
public sealed record Workflow(string Name)
{
    /// <summary>WW…</summary>
    public string Sid { get; } = Twilio.Sid.Of("WW", Name);
}

/// <summary>What a worker does when not on a task.</summary>
/// <param name="Name">Its friendly name.</param>
public sealed record Activity(string Name)
{
    /// <summary>WA…</summary>
    public string Sid { get; } = Twilio.Sid.Of("WA", Name);
}

/// <summary>A worker, to whom tasks are offered.</summary>
/// <param name="Number">1, 2, 3, …</param>
/// <param name="Channels">The channels whose tasks the worker takes.</param>
/// <param name="Team">The number of the worker's team.</param>
public sealed record Worker(int Number, IReadOnlyList<TaskChannel> Channels, int Team)
{
    /// <summary>WK…</summary>
    public string Sid { get; } = Twilio.Sid.Of("WK", $"agent-{Number:00}");

    /// <summary>The worker's friendly name.</summary>
    public string Name => $"Agent {Number:00}";
}

/// <summary>The workspace of the contact centre that the sandbox plays; always the same one.</summary>
public static class Workspace
{
    /// <summary>The workspace's friendly name.</summary>
    public const string Name = "Sandbox Contact Centre";

    /// <summary>Calls.</summary>
    public static TaskChannel Voice { get; } = new("voice", 1);

    /// <summary>Chats of a web page.</summary>
    public static TaskChannel Chat { get; } = new("chat", 2);

    /// <summary>Text messages.</summary>
    public static TaskChannel Sms { get; } = new("sms", 2);

    /// <summary>Where tasks enter, by channel.</summary>
    public static IReadOnlyDictionary<TaskChannel, IReadOnlyList<TaskQueue>> FrontQueues { get; } =
        new Dictionary<TaskChannel, IReadOnlyList<TaskQueue>>
        {
            [Voice] = [new("Support", Voice), new("Sales", Voice), new("Billing", Voice)],
            [Chat] = [new("Chat Support", Chat), new("Chat Sales", Chat)],
            [Sms] = [new("SMS Service", Sms)],
        };

    /// <summary>Where transfers and overflow go, by channel.</summary>
    public static IReadOnlyDictionary<TaskChannel, TaskQueue> SecondQueues { get; } = new Dictionary<TaskChannel, TaskQueue>
    {
        [Voice] = new("Support Level 2", Voice),
        [Chat] = new("Chat Specialists", Chat),
        [Sms] = new("SMS Specialists", Sms),
    };

    /// <summary>The workflow of calls.</summary>
    public static Workflow VoiceWorkflow { get; } = new("Calls");

    /// <summary>The workflow of chats and text messages.</summary>
    public static Workflow MessagingWorkflow { get; } = new("Messages");

    /// <summary>Ready for tasks.</summary>
    public static Activity Available { get; } = new("Available");

    /// <summary>A short break.</summary>
    public static Activity Break { get; } = new("Break");

    /// <summary>The long break.</summary>
    public static Activity Lunch { get; } = new("Lunch");

    /// <summary>Being trained.</summary>
    public static Activity Training { get; } = new("Training");

    /// <summary>Not at work.</summary>
    public static Activity Offline { get; } = new("Offline");

    /// <summary>Everyone: 16 who take calls, 10 who write.</summary>
    public static IReadOnlyList<Worker> Workers { get; } =
        [.. Enumerable.Range(1, 26).Select(n => new Worker(n, n <= 16 ? [Voice] : [Chat, Sms], 1 + (n - 1) / 7))];
}
