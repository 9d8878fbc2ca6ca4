namespace ContactCenter.Architecture.Tests;

/// <summary>Who may reference whom: the arrows of docs/architecture.md.</summary>
public sealed class ReferenceTests
{
    private static readonly string[] Services =
    [
        "ContactCenter.InsightsEnrichment", "ContactCenter.CrmConnector", "ContactCenter.WfmConnector",
        "ContactCenter.FollowUpScheduler", "ContactCenter.StorageExport",
    ];

    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["ContactCenter.Contracts"] = [],
        ["ContactCenter.Events"] = [],
        ["ContactCenter.Durable"] = ["ContactCenter.Contracts", "ContactCenter.Events"],
        ["ContactCenter.Egress"] = ["ContactCenter.Contracts", "ContactCenter.Durable", "ContactCenter.Events"],
        ["ContactCenter.ServiceDefaults"] = ["ContactCenter.Contracts", "ContactCenter.Durable"],
        ["ContactCenter.Operations"] = ["ContactCenter.Contracts", "ContactCenter.Durable", "ContactCenter.Egress", "ContactCenter.ServiceDefaults"],
        ["ContactCenter.Sandbox"] = ["ContactCenter.Contracts", "ContactCenter.Events", "ContactCenter.ServiceDefaults"],
        ["ContactCenter.AppHost"] = [.. Services, "ContactCenter.Sandbox"],
    };

    private static readonly string[] OfServices =
    [
        "ContactCenter.Contracts", "ContactCenter.Durable", "ContactCenter.Egress", "ContactCenter.Events",
        "ContactCenter.Operations", "ContactCenter.ServiceDefaults",
    ];

    [Fact]
    public void A_project_references_only_what_the_architecture_allows_it()
    {
        var wrong = from project in Repository.Projects
                    where !project.IsTest
                    let allowed = Services.Contains(project.Name) ? OfServices : Allowed.GetValueOrDefault(project.Name, [])
                    from reference in project.References
                    where !allowed.Contains(reference)
                    select $"{project.Name} -> {reference}";

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_service_exists_and_knows_no_other_service()
    {
        Assert.All(Services, name => Assert.Contains(Repository.Projects, project => project.Name == name));
        Assert.Empty(from project in Repository.Projects
                     where Services.Contains(project.Name) || project.Name == "ContactCenter.Sandbox"
                     from reference in project.References.Intersect(Services)
                     select $"{project.Name} -> {reference}");
    }

    [Fact]
    public void No_project_and_no_product_source_names_a_polyfill()
    {
        var projects = from project in Repository.Projects
                       where !project.Path.StartsWith(Path.Combine("src", "Polyfills"), StringComparison.Ordinal)
                       from reference in project.References
                       where reference.Contains("Polyfills", StringComparison.Ordinal)
                       select $"{project.Path} -> {reference}";
        var sources = from file in Repository.Files("*.cs")
                      where !file.Contains("Polyfills", StringComparison.Ordinal) && !file.Contains("Architecture.Tests", StringComparison.Ordinal)
                      where Repository.Read(file).Contains("Polyfills", StringComparison.Ordinal)
                      select file;

        Assert.Empty(projects);
        Assert.Empty(sources);
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Read("ContactCenter.sln").Replace('\\', '/');

        Assert.All(Repository.Projects, project => Assert.Contains(project.Path.Replace('\\', '/'), solution, StringComparison.Ordinal));
    }

    [Fact]
    public void Package_versions_stand_in_one_place_and_MassTransit_stays_on_its_open_version()
    {
        var versions = Repository.Read("Directory.Packages.props");

        Assert.Contains("<PackageVersion Include=\"MassTransit.RabbitMQ\" Version=\"[8.4.0]\" />", versions, StringComparison.Ordinal);
        Assert.All(Repository.Projects, project =>
            Assert.DoesNotContain("PackageReference Include=\"MassTransit\" Version", Repository.Read(project.Path), StringComparison.Ordinal));
    }
}
