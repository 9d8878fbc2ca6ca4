using ContactCenter.CrmConnector;
using ContactCenter.Durable;

return await CrmConnectorHost.Create(args).RunDurableAsync(args);
