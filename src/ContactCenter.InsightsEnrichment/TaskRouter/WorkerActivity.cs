namespace ContactCenter.InsightsEnrichment.TaskRouter;

/// <summary>A worker took up an activity.</summary>
/// <param name="WorkerSid">The worker.</param>
/// <param name="Time">When.</param>
/// <param name="Activity">Name of the activity.</param>
public sealed record WorkerActivity(string WorkerSid, DateTimeOffset Time, string Activity);
