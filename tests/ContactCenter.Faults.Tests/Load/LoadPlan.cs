namespace ContactCenter.Faults.Tests.Load;

/// <summary>How much work comes for how long, and when the fault acts. <c>CONTACTCENTER_FAULTS=full</c> takes the lengths of the specification.</summary>
internal sealed record LoadPlan
{
    /// <summary>Keys over which the calls are spread, in turn.</summary>
    public const int Keys = 50;

    /// <summary>Groups over which the keys are spread.</summary>
    public const int Groups = 10;

    /// <summary>Whether the tests take the lengths of the specification.</summary>
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("CONTACTCENTER_FAULTS") == "full";

    /// <summary>The load of the chaos cells.</summary>
    public static LoadPlan Standard { get; } = IsFull
        ? new LoadPlan { Rate = 200, Duration = TimeSpan.FromSeconds(180), FaultStart = TimeSpan.FromSeconds(60), FaultEnd = TimeSpan.FromSeconds(90), Lease = TimeSpan.FromSeconds(10) }
        : new LoadPlan { Rate = 50, Duration = TimeSpan.FromSeconds(12), FaultStart = TimeSpan.FromSeconds(3), FaultEnd = TimeSpan.FromSeconds(5), Lease = TimeSpan.FromSeconds(5) };

    /// <summary>Calls a second.</summary>
    public required int Rate { get; init; }

    /// <summary>How long calls come.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>When the fault begins, from the start of the load.</summary>
    public required TimeSpan FaultStart { get; init; }

    /// <summary>When the fault ends, from the start of the load.</summary>
    public required TimeSpan FaultEnd { get; init; }

    /// <summary>How long the fault acts.</summary>
    public TimeSpan FaultLength => FaultEnd - FaultStart;

    /// <summary>Lease of the workers.</summary>
    public required TimeSpan Lease { get; init; }

    /// <summary>Whether the work goes through outbox, broker and inbox instead of the jobs.</summary>
    public bool Publishes { get; init; }

    /// <summary>After this time from the fault's end the pick-up is as before.</summary>
    public TimeSpan Calm { get; init; } = IsFull ? TimeSpan.FromSeconds(30) : TimeSpan.FromSeconds(5);

    /// <summary>Everything is done at the latest by this time after the last call; the short form shares the machine with other tests.</summary>
    public TimeSpan DrainLimit { get; init; } = IsFull ? TimeSpan.FromSeconds(60) : TimeSpan.FromMinutes(3);

    /// <summary>Chooses by the length of the run.</summary>
    public static T Choose<T>(T brief, T full) => IsFull ? full : brief;
}
