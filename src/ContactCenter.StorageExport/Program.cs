using ContactCenter.Durable;
using ContactCenter.StorageExport;

return await StorageExportHost.Create(args).RunDurableAsync(args);
