using System.Globalization;

namespace ContactCenter.Polyfills.Aspire.Tests.Hosting;

/// <summary>What a process is told of the others.</summary>
public sealed class EnvironmentTests
{
    [Fact]
    public async Task A_program_gets_connection_strings_and_addresses_in_the_form_that_services_read()
    {
        await using var application = await TestApplication.StartAsync(builder =>
        {
            var password = builder.AddParameter("password", "pa55word", secret: true);
            var server = builder.AddSleeper("server").WithEndpoint(port: 23_456, name: "tcp");
            var database = builder.AddConnectionString(
                "orders-db", ReferenceExpression.Create($"Host=127.0.0.1;Port={server.GetEndpoint("tcp").Property(EndpointProperty.Port)};Password={password}"));
            var shop = builder.AddProject<SampleProject>("shop").WithArgs(SampleProgram.ShowEnvironment).WithHttpEndpoint(port: 23_457, name: "metrics");
            builder.AddExecutable("client", "env", "/")
                .WithReference(database).WithReference(database, "database").WithReference(shop)
                .WithEnvironment("GREETING", "hello").WithEnvironment("SERVER", server.GetEndpoint("tcp"))
                .WithEnvironment("BOTH", $"{password}@{server.GetEndpoint("tcp").Property(EndpointProperty.HostAndPort)}")
                .WithHttpEndpoint(env: "PORT");
        });

        var environment = await application.ShownEnvironmentAsync("client");

        Assert.Equal("Host=127.0.0.1;Port=23456;Password=pa55word", environment["ConnectionStrings__orders-db"]);
        Assert.Equal("Host=127.0.0.1;Port=23456;Password=pa55word", environment["ConnectionStrings__database"]);
        Assert.Equal("hello", environment["GREETING"]);
        Assert.Equal("tcp://127.0.0.1:23456", environment["SERVER"]);
        Assert.Equal("pa55word@127.0.0.1:23456", environment["BOTH"]);
        Assert.Equal("http://127.0.0.1:23457", environment["services__shop__metrics__0"]);
        Assert.Matches(@"^http://127\.0\.0\.1:\d+$", environment["services__shop__http__0"]);
        Assert.Matches(@"^http://127\.0\.0\.1:\d+$", environment["services__shop__grpc__0"]);
        Assert.InRange(int.Parse(environment["PORT"], CultureInfo.InvariantCulture), 1_024, 65_535);
        string[] addresses = ["PORT", "services__shop__http__0", "services__shop__grpc__0"];
        Assert.Distinct(addresses.Select(name => environment[name].Split(':')[^1]));
    }

    [Fact]
    public async Task A_project_is_told_where_to_listen_and_how_its_telemetry_is_named()
    {
        await using var application = await TestApplication.StartAsync(builder =>
        {
            builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:4317";
            var shop = builder.AddProject<SampleProject>("shop").WithArgs(SampleProgram.ShowEnvironment).WithHttpEndpoint(port: 23_458, name: "metrics");
            builder.AddExecutable("client", "env", "/").WithReference(shop);
        });

        var environment = await application.ShownEnvironmentAsync("shop");
        var client = await application.ShownEnvironmentAsync("client");

        Assert.Equal("shop", environment["OTEL_SERVICE_NAME"]);
        Assert.Equal("service.instance.id=shop", environment["OTEL_RESOURCE_ATTRIBUTES"]);
        Assert.Equal("http://127.0.0.1:4317", environment["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.Equal("Development", environment["ASPNETCORE_ENVIRONMENT"]);
        Assert.Equal("Development", environment["DOTNET_ENVIRONMENT"]);
        Assert.Equal("http://127.0.0.1:23458", environment["ASPNETCORE_URLS"]);
        Assert.Equal(client["services__shop__http__0"], environment["Kestrel__Endpoints__http__Url"]);
        Assert.Equal(client["services__shop__grpc__0"], environment["Kestrel__Endpoints__grpc__Url"]);
    }

    [Fact]
    public async Task The_dashboard_hides_what_holds_a_secret_and_shows_the_rest()
    {
        await using var application = await TestApplication.StartAsync(builder =>
        {
            builder.Configuration["ConnectionStrings:outside"] = "Host=db;Password=x";
            var secret = builder.AddParameter("password", "pa55word", secret: true);
            var open = builder.AddParameter("region", "north");
            var server = builder.AddSleeper("server").WithEndpoint(name: "tcp");
            builder.AddExecutable("client", "env", "/")
                .WithReference(builder.AddConnectionString("inside", ReferenceExpression.Create($"{server.GetEndpoint("tcp")};Password={secret}")))
                .WithReference(builder.AddConnectionString("public", ReferenceExpression.Create($"{server.GetEndpoint("tcp")}")))
                .WithReference(builder.AddConnectionString("outside"))
                .WithEnvironment("SECRET", secret).WithEnvironment("MIXED", $"x{secret}y")
                .WithEnvironment("REGION", open).WithEnvironment("PLAIN", "plain").WithEnvironment("SERVER", server.GetEndpoint("tcp"));
        });
        await application.UntilAsync("client", KnownResourceStates.Finished);

        string[] hidden = ["ConnectionStrings__inside", "ConnectionStrings__outside", "SECRET", "MIXED"];
        string[] shown = ["ConnectionStrings__public", "REGION", "PLAIN", "SERVER"];
        Assert.All(hidden, name => Assert.True(application.Variable("client", name).IsSecret, name));
        Assert.All(shown, name => Assert.False(application.Variable("client", name).IsSecret, name));
        Assert.Equal("xpa55wordy", application.Variable("client", "MIXED").Value);
    }

    [Fact]
    public async Task A_missing_value_is_named_together_with_where_to_configure_it()
    {
        await using var application = await TestApplication.StartAsync(builder =>
        {
            builder.AddSleeper("one").WithEnvironment("KEY", builder.AddParameter("api-key", secret: true));
            builder.AddSleeper("two").WithReference(builder.AddConnectionString("store"));
        });

        await application.UntilAsync("one", KnownResourceStates.FailedToStart);
        await application.UntilAsync("two", KnownResourceStates.FailedToStart);

        Assert.Contains("Parameters__api_key", Assert.Single(application.Log("one")), StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings__store", Assert.Single(application.Log("two")), StringComparison.Ordinal);
    }

    /// <summary>This program as a project: its settings declare the endpoints http and grpc.</summary>
    private sealed class SampleProject : IBuiltProjectMetadata
    {
        public string ProjectPath => Path.Combine(ServerProcess.RepositoryRoot, "tests/ContactCenter.Polyfills.Aspire.Tests/ContactCenter.Polyfills.Aspire.Tests.csproj");

        public string TargetPath => typeof(SampleProject).Assembly.Location;
    }
}
