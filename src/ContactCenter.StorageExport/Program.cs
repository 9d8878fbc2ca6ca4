using ContactCenter.StorageExport;

await using var app = StorageExportHost.Create(args);
await app.RunAsync();
