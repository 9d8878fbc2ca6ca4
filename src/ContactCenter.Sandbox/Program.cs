using ContactCenter.Sandbox;

return await SandboxHost.RunAsync(args);
