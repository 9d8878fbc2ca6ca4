namespace Aspire.Hosting.Dashboard;

/// <summary>The running application as the dashboard shows and commands it.</summary>
internal interface IDashboardModel
{
    /// <summary>What the page's heading says.</summary>
    string ApplicationName { get; }

    /// <summary>All resources at once, and again after every change; a slow reader misses states in between.</summary>
    IAsyncEnumerable<IReadOnlyList<DashboardResource>> WatchResourcesAsync(CancellationToken cancellationToken);

    /// <summary>The lines kept so far in batches, then new ones as they come.</summary>
    /// <param name="resource">One resource's lines; null for those of all in the order of their arrival.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    IAsyncEnumerable<IReadOnlyList<DashboardLogLine>> WatchLogsAsync(string? resource, CancellationToken cancellationToken);

    /// <summary>The environment a resource was started with; null when there is no such resource.</summary>
    IReadOnlyList<DashboardVariable>? EnvironmentOf(string resource);

    /// <summary>Carries out a command and waits for its end, which is limited by the model.</summary>
    Task<DashboardCommandResult> ExecuteAsync(string resource, DashboardCommand command, CancellationToken cancellationToken);
}

/// <summary>A resource as it is now.</summary>
/// <param name="Name">Its unique name.</param>
/// <param name="Type">What it is: Project, Executable, Postgres server.</param>
/// <param name="State">
/// NotStarted, Waiting, Starting, Running, Stopping, Stopped, Finished, Exited, FailedToStart or RuntimeUnhealthy.
/// </param>
/// <param name="Since">When the state began.</param>
internal sealed record DashboardResource(string Name, string Type, string State, DateTimeOffset? Since)
{
    /// <summary>Healthy, Degraded or Unhealthy; null without checks or while it does not run.</summary>
    public string? Health { get; init; }

    /// <summary>The single checks.</summary>
    public IReadOnlyList<DashboardCheck> Checks { get; init; } = [];

    /// <summary>Its addresses.</summary>
    public IReadOnlyList<DashboardEndpoint> Endpoints { get; init; } = [];

    /// <summary>The resources it waits for at the moment.</summary>
    public IReadOnlyList<string> WaitsFor { get; init; } = [];

    /// <summary>The commands that its state allows.</summary>
    public IReadOnlyList<DashboardCommand> Commands { get; init; } = [];

    /// <summary>How often it was started again after a crash or by command.</summary>
    public int Restarts { get; init; }

    /// <summary>The process's id while it runs.</summary>
    public int? Pid { get; init; }

    /// <summary>The code that its process ended with last.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Resident memory of its process in bytes; null when unknown.</summary>
    public long? Memory { get; init; }
}

/// <summary>One health check.</summary>
/// <param name="Name">The check.</param>
/// <param name="Status">Healthy, Degraded or Unhealthy.</param>
/// <param name="Description">What it found, without secrets.</param>
internal sealed record DashboardCheck(string Name, string Status, string? Description);

/// <summary>One address.</summary>
/// <param name="Name">The endpoint: http, grpc, tcp.</param>
/// <param name="Url">The address; those of http and https become links.</param>
internal sealed record DashboardEndpoint(string Name, string Url);

/// <summary>One environment variable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="IsSecret">Whether the page shows the value only when asked to.</param>
internal sealed record DashboardVariable(string Name, string Value, bool IsSecret);

/// <summary>One line of console output.</summary>
/// <param name="Resource">Who wrote it.</param>
/// <param name="Text">The line without its end.</param>
/// <param name="IsError">Whether it went to standard error.</param>
internal sealed record DashboardLogLine(string Resource, string Text, bool IsError);

/// <summary>What a user may do to a resource.</summary>
internal enum DashboardCommand
{
    /// <summary>Start what is stopped.</summary>
    Start,

    /// <summary>Stop what runs.</summary>
    Stop,

    /// <summary>Stop and start.</summary>
    Restart,
}

/// <summary>How a command ended.</summary>
/// <param name="Success">Whether the resource is now in the state that was asked for.</param>
/// <param name="Message">One sentence for the user.</param>
internal sealed record DashboardCommandResult(bool Success, string Message);
