using ContactCenter.Durable;
using ContactCenter.FollowUpScheduler;

return await FollowUpSchedulerHost.Create(args).RunDurableAsync(args);
