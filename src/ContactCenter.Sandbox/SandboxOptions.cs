using ContactCenter.Sandbox.Twilio;
using ContactCenter.Sandbox.Twilio.Rest;

namespace ContactCenter.Sandbox;

/// <summary>Settings of the section <c>Sandbox</c>.</summary>
public sealed class SandboxOptions
{
    /// <summary>Equal seeds give equal traffic; default 1.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>How many tasks a complete day has, 20 to 10,000; default 220.</summary>
    public int Tasks { get; set; } = 220;

    /// <summary>The day (UTC) that <c>--once</c> plays; default the latest complete one that Insights knows nothing of.</summary>
    public DateOnly? Day { get; set; }

    /// <summary>How many live tasks begin in a minute, 1 to 600; default 12.</summary>
    public int TasksPerMinute { get; set; } = 12;

    /// <summary>How many callbacks are under way at a time, 1 to 64; default 8.</summary>
    public int Concurrency { get; set; } = 8;

    /// <summary>Where others reach this process, to fetch recordings and photos; default nowhere.</summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>How long a callback is repeated to a receiver that is away or busy; default 2 minutes.</summary>
    public TimeSpan ReceiverLimit { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long <c>--once</c> waits for the suite to agree with the truth, after the last callback; default 4 minutes.</summary>
    public TimeSpan AgreementLimit { get; set; } = TimeSpan.FromMinutes(4);

    /// <summary>Reads and checks the settings.</summary>
    /// <param name="configuration">The application's configuration.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="InvalidOperationException">A setting is out of its range; the message names it.</exception>
    public static SandboxOptions Of(IConfiguration configuration)
    {
        var options = configuration.GetSection("Sandbox").Get<SandboxOptions>() ?? new SandboxOptions();
        Check(nameof(Tasks), options.Tasks, 20, 10_000);
        Check(nameof(TasksPerMinute), options.TasksPerMinute, 1, 600);
        Check(nameof(Concurrency), options.Concurrency, 1, 64);
        return options;
    }

    /// <summary>Reads the account in whose name callbacks are sent, from the settings that the receiver has too.</summary>
    /// <param name="configuration">The application's configuration.</param>
    /// <returns>The first account configured.</returns>
    /// <exception cref="InvalidOperationException">A setting is missing; the message names it.</exception>
    public static TwilioAccount Account(IConfiguration configuration) => new(
        Required(configuration, "Twilio:Accounts:0:AccountSid"),
        Required(configuration, "Twilio:Accounts:0:WorkspaceSids:0"),
        Required(configuration, "Twilio:Accounts:0:AuthTokens:0"),
        Required(configuration, "PublicBaseUrl").TrimEnd('/') + TwilioAccount.CallbackPath);

    /// <summary>Reads the key that the REST API lets in, from the settings that its caller has too.</summary>
    /// <param name="configuration">The application's configuration.</param>
    /// <returns>The key; one that lets nobody in where none is configured.</returns>
    public static RestKey RestKey(IConfiguration configuration) =>
        new(configuration["Twilio:Accounts:0:ApiKeySid"] ?? "", configuration["Twilio:Accounts:0:ApiKeySecret"] ?? "");

    private static string Required(IConfiguration configuration, string key) =>
        configuration[key] is { Length: > 0 } value ? value : throw new InvalidOperationException($"The setting {key} is missing.");

    private static void Check(string name, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new InvalidOperationException($"The setting Sandbox:{name} is {value}; it must lie between {least} and {most}.");
    }
}
