using System.Text;
using ContactCenter.AppHost;
using ContactCenter.AppHost.Backing;
using Microsoft.Extensions.Configuration;

var chaos = Chaos.Take(ref args);
var once = args.Contains("--once");
if (chaos is not null && !once) throw SuiteRun.Refuse("--chaos goes with --once: it is the pass that shows whether anything was lost.");
var traffic = once || !args.Contains("--no-traffic");
var builder = DistributedApplication.CreateBuilder([.. args.Where(argument => argument is not ("--once" or "--no-traffic"))]);
var data = DataFolder.Open(builder.Configuration["Backing:DataPath"] ?? Path.Combine(builder.AppHostDirectory, "..", ".data"));
var backing = BackingServers.Choose(builder, data);

var postgres = new PostgresBacking(backing, "postgres", new()
{
    ["insights-db"] = "insights_enrichment",
    ["crm-db"] = "crm_connector",
    ["wfm-db"] = "wfm_connector",
    ["follow-up-db"] = "follow_up_scheduler",
    ["storage-db"] = "storage_export",
});
var keys = new DevelopmentKeys(builder, data);
var redis = new RedisBacking(backing, "redis");
var rabbitmq = new RabbitMqBacking(backing, "rabbitmq");
var sftp = OutsideServer.Sftp(backing, "sftp");
var mail = OutsideServer.Mail(backing, "mail");

// Encrypts what services store of their secrets.
var secretsKey = builder.AddParameter("secrets-key", Convert.ToBase64String(Encoding.ASCII.GetBytes(data.Secret("secrets-key"))), secret: true);

var insights = keys.Admit(AddService<Projects.ContactCenter_InsightsEnrichment>("insights-enrichment", "insights-db"), "insights", ["ingest", "export", "raw"], ("sandbox", ["read", "ingest"]), ("storage-export", ["read"]));
insights.WithEnvironment("PublicBaseUrl", insights.GetEndpoint("http"));
insights.WithEnvironment("Customers__IdKey", backing.Secret("customers-id-key"));
WithTwilioAccount(insights);
WithRbmAgent(insights);

var wfm = keys.Admit(AddService<Projects.ContactCenter_WfmConnector>("wfm-connector", "wfm-db"), "wfm", [], ("sandbox", ["read", "operate", "admin"])).WithReference(insights);
// A day that is played has its last version of every document soon.
var storage = sftp.Allow(keys.Admit(AddService<Projects.ContactCenter_StorageExport>("storage-export", "storage-db"), "storage", [], ("crm-connector", ["read"]), ("sandbox", ["read", "admin"])).WithReference(insights))
    .WithEnvironment("Storage__Metadata__Debounce", "00:00:01");
keys.Give(storage, "insights-enrichment");
var crm = keys.Admit(AddService<Projects.ContactCenter_CrmConnector>("crm-connector", "crm-db"), "crm", [], ("sandbox", ["read", "operate", "admin"])).WithReference(insights).WithReference(storage);
keys.Give(crm, "storage-export");
var followUps = mail.Allow(keys.Admit(AddService<Projects.ContactCenter_FollowUpScheduler>("follow-up-scheduler", "follow-up-db"), "followups", [], ("sandbox", ["read", "write"])).WithReference(insights));
followUps.WithEnvironment("FollowUps__PublicBaseUrl", followUps.GetEndpoint("http"));
followUps.WithEnvironment("FollowUps__AnswerKeys__Current", builder.AddParameter("answer-key", Convert.ToBase64String(Encoding.ASCII.GetBytes(data.Secret("answer-key"))), secret: true));

// Facts go to the queues that are there: what consumes them is bound before anything comes in.
insights.WaitFor(wfm).WaitFor(crm).WaitFor(storage).WaitFor(followUps);

var sandbox = Brief(builder.AddProject<Projects.ContactCenter_Sandbox>("sandbox"))
    .WithEnvironment("PublicBaseUrl", insights.GetEndpoint("http"))
    .WithReference(insights).WaitFor(insights)
    .WithReference(wfm).WaitFor(wfm)
    .WithReference(crm).WaitFor(crm)
    .WithReference(storage).WaitFor(storage)
    .WithReference(followUps).WaitFor(followUps);
// The sandbox plays CXone, the CRM, the keeper of recordings, RCS for Business and the polled system: the services may call it on this machine.
sandbox.WithEnvironment("Sandbox__PublicUrl", sandbox.GetEndpoint("http"));
foreach (var (name, value) in builder.Configuration.GetSection("Sandbox").AsEnumerable(makePathsRelative: true))
{
    if (value is not null) sandbox.WithEnvironment($"Sandbox__{name.Replace(":", "__", StringComparison.Ordinal)}", value);
}

var played = ReferenceExpression.Create($"{sandbox.GetEndpoint("http").Property(EndpointProperty.HostAndPort)}");
wfm.WithEnvironment("Egress__AllowList__0", played).WithEnvironment("Wfm__Reports__RatePerMinute", "600");
crm.WithEnvironment("Egress__AllowList__0", played).WithEnvironment("Crm__RequireExternalStorage", "false");
storage.WithEnvironment("Egress__AllowList__1", played);
followUps.WithEnvironment("Egress__AllowList__1", played);
sftp.WithReference(sandbox);
mail.WithReference(sandbox);
WithTwilioAccount(sandbox);
WithRbmAgent(sandbox);
keys.Give(sandbox, "insights-enrichment");
keys.Give(sandbox, "wfm-connector");
keys.Give(sandbox, "crm-connector");
keys.Give(sandbox, "storage-export");
keys.Give(sandbox, "follow-up-scheduler");
if (once) sandbox.WithArgs("--once");
else if (!traffic) sandbox.WithExplicitStart();

chaos?.Choose(builder.Resources, spared: "sandbox");
var application = builder.Build();
if (!once) _ = keys.ShowAsync(application, insights, "contactcenter.insights.v1.ConversationService/ListConversations");
return once
    ? await SuiteRun.RunOnceAsync(application, "sandbox", chaos)
    : await SuiteRun.RunAsync(application, "sandbox");

IResourceBuilder<ProjectResource> AddService<TProject>(string name, string database)
    where TProject : IProjectMetadata, new() =>
    rabbitmq.WithReference(redis.WithReference(postgres.WithReference(
        Brief(builder.AddProject<TProject>(name)).WithHttpHealthCheck("/health", endpointName: "http")
            .WithEnvironment("Secrets__Keys__k1", secretsKey)
            .WithEnvironment("Secrets__ActiveKey", "k1"), database, "database")));

// On a developer's machine a process lives for minutes: compiling it once more by a profile of its run, which pays later, would
// take a fifth of all the processor time of ./run --once.
static IResourceBuilder<ProjectResource> Brief(IResourceBuilder<ProjectResource> project) => project.WithEnvironment("DOTNET_TieredPGO", "0");

// The account in whose name the sandbox sends: the same values for the sender and for the receiver.
void WithTwilioAccount(IResourceBuilder<ProjectResource> project) => project
    .WithEnvironment("Twilio__Accounts__0__AccountSid", "AC00000000000000000000000000000001")
    .WithEnvironment("Twilio__Accounts__0__WorkspaceSids__0", "WS00000000000000000000000000000001")
    .WithEnvironment("Twilio__Accounts__0__AuthTokens__0", backing.Secret("twilio-auth-token"));

// The agent of RCS for Business that the sandbox plays: likewise.
void WithRbmAgent(IResourceBuilder<ProjectResource> project) => project
    .WithEnvironment("Rbm__Agents__0__AgentId", "sandbox@rbm.goog")
    .WithEnvironment("Rbm__Agents__0__ClientTokens__0", backing.Secret("rbm-client-token"));
