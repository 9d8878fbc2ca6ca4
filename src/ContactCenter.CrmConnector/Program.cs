using ContactCenter.CrmConnector;

await using var app = CrmConnectorHost.Create(args);
await app.RunAsync();
