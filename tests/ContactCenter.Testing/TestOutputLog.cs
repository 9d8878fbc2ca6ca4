using Microsoft.Extensions.Logging;
using Xunit;

namespace ContactCenter.Testing;

/// <summary>
/// Writes what the code under test logs into the output of the test that it was made in, which the runner shows if the test
/// fails. Its level is <c>Logging:Test:LogLevel:Default</c>.
/// </summary>
[ProviderAlias("Test")]
public sealed class TestOutputLog : ILoggerProvider
{
    /// <summary>Settings of a host that logs its warnings here and nothing elsewhere.</summary>
    public static IEnumerable<string> Settings =>
    [
        "--Logging:LogLevel:Default=None", "--Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks=None", "--Logging:Test:LogLevel:Default=Warning",
    ];

    private readonly ITestOutputHelper? _output = TestContext.Current.TestOutputHelper;

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _output);

    /// <inheritdoc />
    public void Dispose()
    {
    }

    private sealed class Logger(string category, ITestOutputHelper? output) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => output is not null && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            try
            {
                output!.WriteLine($"{logLevel} {category}: {formatter(state, exception)}{(exception is null ? "" : $"\n{exception}")}");
            }
            catch (InvalidOperationException)
            {
                // The test has ended: nobody reads on.
            }
        }
    }
}
