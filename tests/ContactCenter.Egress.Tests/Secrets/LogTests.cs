using ContactCenter.Egress.Secrets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Egress.Tests.Secrets;

public sealed class LogTests
{
    [Fact]
    [Rule("SEC-4")]
    [Rule("SEC-5")]
    public async Task No_secret_reaches_a_log_by_text_value_or_exception()
    {
        var logs = new LogCollector();
        await using var egress = EgressFixture.Create(configure: services => services.AddLogging(logging => logging.AddProvider(logs)));
        var logger = egress.Get<ILoggerFactory>().CreateLogger("test");
        egress.Get<SecretRegistry>().Add("canary-secret");

        logger.LogWarning("with {Value} inside", "canary-secret");
        logger.LogWarning("under a name: {Password}", "canary-other");
        logger.LogWarning("header Authorization: Basic canary-basic");
        var error = new InvalidOperationException("token=canary-token canary-secret");
        logger.LogError(error, "failed");
        logger.LogWarning("harmless {Count}", 12);

        Assert.Equal(5, logs.Lines.Count);
        Assert.All(logs.Lines, line => Assert.DoesNotContain("canary", line.Message + line.Exception));
        Assert.Equal("harmless 12", logs.Lines[4].Message);
    }
}
