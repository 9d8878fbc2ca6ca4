using ContactCenter.Durable;
using ContactCenter.Egress.Guard;
using ContactCenter.Egress.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace ContactCenter.Egress.Tests;

/// <summary>A host with Egress as a service has it, with settings and services of one test.</summary>
internal sealed class EgressFixture : IAsyncDisposable
{
    public const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private readonly IHost _host;

    private EgressFixture(IHost host) => _host = host;

    public EgressClient Client => Get<EgressClient>();

    public EgressConnector Connector => Get<EgressConnector>();

    /// <summary>Builds the host.</summary>
    /// <param name="allow">Allow-list entries.</param>
    /// <param name="configure">Adds or replaces services.</param>
    /// <param name="settings">Further settings.</param>
    /// <remarks>With <c>ConnectionStrings:database</c> it has the stored parts too. It is not started.</remarks>
    public static EgressFixture Create(
        string[]? allow = null, Action<IServiceCollection>? configure = null, params (string Key, string Value)[] settings) =>
        CreateWithJobs(allow, configure, null, settings);

    /// <summary>Builds the host with kinds of job, see <see cref="Create"/>.</summary>
    public static EgressFixture CreateWithJobs(
        string[]? allow, Action<IServiceCollection>? configure, Action<DurableBuilder>? jobs, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Production" });
        var values = new Dictionary<string, string?>
        {
            ["Secrets:Keys:k1"] = Key,
            ["Secrets:ActiveKey"] = "k1",
        };
        for (var i = 0; i < (allow?.Length ?? 0); i++)
            values[$"Egress:AllowList:{i}"] = allow![i];
        foreach (var (key, value) in settings)
            values[key] = value;
        builder.Configuration.AddInMemoryCollection(values);
        configure?.Invoke(builder.Services);
        if (values.ContainsKey("ConnectionStrings:database"))
            builder.AddDurable("tests", typeof(EgressFixture).Assembly, jobs);
        builder.AddEgress("tests");
        return new EgressFixture(builder.Build());
    }

    /// <summary>Does something in a transaction of its own, as an operator's call does.</summary>
    public async Task<T> CommitAsync<T>(Func<DurableTransaction, Task<T>> act)
    {
        await using var transaction = await Get<DurableDatabase>().BeginAsync(TestContext.Current.CancellationToken);
        var result = await act(transaction);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        return result;
    }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable asynchronous)
            await asynchronous.DisposeAsync();
    }
}
