using ContactCenter.Faults.Tests.Load;
using Xunit.Runner.InProc.SystemConsole;

// With "--worker" this is a replica of a service that tests start, stop and kill: its settings come from the environment.
// Otherwise it is the test runner; cells of full length run one after the other, as their figures are compared.
if (args is ["--worker", ..])
    return await LoadHost.RunAsync(args[1..]);
return await ConsoleRunner.Run(LoadPlan.IsFull ? [.. args, "-parallel", "none"] : args);
