using System.Collections;
using System.Globalization;
using Aspire.Hosting.Running;
using Microsoft.Extensions.DependencyInjection;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace ContactCenter.Polyfills.Aspire.Tests.Hosting;

/// <summary>The entry point: runs the tests, or what a test starts as a process of its own.</summary>
internal static class SampleProgram
{
    /// <summary>The argument of a program that shows its environment.</summary>
    public const string ShowEnvironment = "show-environment";

    /// <summary>The argument of an AppHost whose children do all they can to outlive it; the next one is its limit for a stop, in seconds.</summary>
    public const string AppHost = "sample-app-host";

    public static async Task<int> Main(string[] args) => args switch
    {
        [ShowEnvironment] => Show(),
        [AppHost, var stopLimit] => await RunAppHostAsync(TimeSpan.FromSeconds(int.Parse(stopLimit, CultureInfo.InvariantCulture))),
        _ when args.Any(argument => argument is "--server" or "--internal-msbuild-node") =>
            await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => await ConsoleRunner.Run(args),
    };

    private static int Show()
    {
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            Console.WriteLine($"{variable.Key}={variable.Value}");
        return 0;
    }

    private static async Task<int> RunAppHostAsync(TimeSpan stopLimit)
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
        builder.Services.AddSingleton(new OrchestratorOptions { StopLimit = stopLimit });
        Add("obedient", "exec sleep 300");
        Add("daemons", "setsid --fork sleep 300; (setsid --fork bash -c 'sleep 300; true' &); exec sleep 300");
        Add("stubborn", "trap '' TERM INT HUP; setsid --fork sleep 300; while :; do sleep 300; done");
        Add("crashing", "setsid --fork sleep 300; exit 3");
        await builder.Build().RunAsync();
        return 0;

        void Add(string name, string script) => builder.AddExecutable(name, "bash", Path.GetTempPath(), "-c", script);
    }
}
