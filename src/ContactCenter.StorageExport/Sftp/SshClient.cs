using System.Globalization;
using System.Text.RegularExpressions;
using ContactCenter.Contracts;
using ContactCenter.StorageExport.Stores;

namespace ContactCenter.StorageExport.Sftp;

/// <summary>Looks at the start whether OpenSSH's client is there and new enough (STO-19).</summary>
/// <param name="logger">Takes the warning.</param>
internal sealed partial class SshClient(ILogger<SshClient> logger) : IHostedService
{
    private static readonly Version Oldest = new(9, 0);

    private StoreException? _problem;

    /// <summary>Refuses a client that is too old; that there is none shows when it is started.</summary>
    /// <exception cref="StoreException"><c>SSH_CLIENT_MISSING</c>.</exception>
    public void Check()
    {
        if (_problem is { } problem)
            throw new StoreException(problem.Reason, problem.Detail, concernsStore: true);
    }

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (_, output, errors) = await SshTool.RunAsync("ssh", ["-V"], [], cancellationToken);
            _problem = ProblemOf(errors + output);
            if (_problem is { } old)
                LogProblem(old.Detail);
        }
        catch (StoreException failed)
        {
            LogProblem(failed.Detail);
        }
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Why a client cannot be used; null if it can.</summary>
    /// <param name="answer">What it says about its version.</param>
    public static StoreException? ProblemOf(string answer) =>
        VersionPattern().Match(answer) is { Success: true } match && Version.Parse(match.Groups[1].ValueSpan) is var version && version >= Oldest
            ? null
            : new(
                StorageErrors.SshClientMissing,
                string.Create(CultureInfo.InvariantCulture, $"OpenSSH {Oldest} or later is needed; ssh -V says: {(answer.Length > 0 ? answer.Split('\n')[0] : "nothing")}"),
                concernsStore: true);

    [GeneratedRegex("^OpenSSH_([0-9]+\\.[0-9]+)", RegexOptions.CultureInvariant)]
    private static partial Regex VersionPattern();

    [LoggerMessage(LogLevel.Warning, "Files cannot be uploaded by SFTP: {Problem}")]
    private partial void LogProblem(string problem);
}
