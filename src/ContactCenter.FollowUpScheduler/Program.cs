using ContactCenter.FollowUpScheduler;

await using var app = FollowUpSchedulerHost.Create(args);
await app.RunAsync();
