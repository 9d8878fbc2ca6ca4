namespace ContactCenter.AppHost;

/// <summary>The API keys of this machine: one for whoever develops here, which may do everything, and one for each program that calls services.</summary>
/// <param name="builder">The application.</param>
/// <param name="data">Where the keys are kept.</param>
internal sealed class DevelopmentKeys(IDistributedApplicationBuilder builder, DataFolder data)
{
    private const string Developer = "developer";
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    private readonly DateTimeOffset _expireTime = TimeProvider.System.GetUtcNow() + Lifetime;
    private readonly Dictionary<string, IResourceBuilder<ParameterResource>> _parameters = new(StringComparer.Ordinal);

    /// <summary>Lets the programs into a service with the scopes that they need, and the developer with all that it has.</summary>
    /// <param name="service">The service.</param>
    /// <param name="area">The first part of its scopes, such as <c>crm</c>.</param>
    /// <param name="own">The last parts of the scopes that it has besides the common ones.</param>
    /// <param name="programs">Names of programs, and the last parts of their scopes.</param>
    public IResourceBuilder<ProjectResource> Admit(IResourceBuilder<ProjectResource> service, string area, string[] own, params (string Name, string[] Scopes)[] programs)
    {
        Admit(service, 0, Developer, [.. own.Union(["write", "operate", "admin"]).Select(scope => $"{area}.{scope}")]);
        for (var i = 0; i < programs.Length; i++) Admit(service, i + 1, programs[i].Name, [.. programs[i].Scopes.Select(scope => $"{area}.{scope}")]);
        return service;
    }

    /// <summary>Gives a program the key by which it calls a service.</summary>
    /// <param name="program">Who calls.</param>
    /// <param name="service">The service's resource name.</param>
    public void Give(IResourceBuilder<ProjectResource> program, string service)
    {
        var name = program.Resource.Name;
        if (!_parameters.TryGetValue(name, out var parameter))
            _parameters[name] = parameter = builder.AddParameter($"api-key-{name}", data.ApiKey(name).Reveal(), secret: true);
        program.WithEnvironment($"ServiceKeys__{service}", parameter);
    }

    /// <summary>Writes the developer's key to a file and shows how to call a service with it, once the service is ready.</summary>
    /// <param name="application">The suite.</param>
    /// <param name="service">The service to call.</param>
    /// <param name="method">A method of it that takes <c>page_size</c>.</param>
    public async Task ShowAsync(DistributedApplication application, IResourceBuilder<ProjectResource> service, string method)
    {
        var file = data.Write("developer.key", data.ApiKey(Developer).Reveal());
        await application.ResourceNotifications.WaitForResourceHealthyAsync(service.Resource.Name);
        var address = service.GetEndpoint("grpc").Url;
        Console.WriteLine(
            $$"""
            To call any service you need an API key; this machine's, with all scopes, is in {{file}}:
              grpcurl -plaintext -H "x-api-key: $(cat '{{file}}')" -d '{"page_size": 3}' {{new Uri(address).Authority}} {{method}}
              npx -y @bufbuild/buf curl --protocol grpc --http2-prior-knowledge -H "x-api-key: $(cat '{{file}}')" -d '{"page_size": 3}' {{address}}/{{method}}

            """);
    }

    private void Admit(IResourceBuilder<ProjectResource> service, int number, string holder, string[] scopes)
    {
        var key = data.ApiKey(holder);
        var prefix = $"ApiKeys__Bootstrap__{number}__";
        service
            .WithEnvironment($"{prefix}Id", key.Id)
            .WithEnvironment($"{prefix}Name", holder)
            .WithEnvironment($"{prefix}Sha256", Convert.ToHexStringLower(key.Hash()))
            .WithEnvironment($"{prefix}ExpireTime", _expireTime.ToString("O"));
        for (var i = 0; i < scopes.Length; i++) service.WithEnvironment($"{prefix}Scopes__{i}", scopes[i]);
    }
}
