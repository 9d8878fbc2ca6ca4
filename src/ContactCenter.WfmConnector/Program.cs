using ContactCenter.Durable;
using ContactCenter.WfmConnector;

return await WfmConnectorHost.Create(args).RunDurableAsync(args);
