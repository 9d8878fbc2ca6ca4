using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace ContactCenter.Architecture.Tests;

/// <summary>The repository's files, as they stand in the work tree.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<Project> Projects { get; } =
        [.. Files("*.csproj").Select(path => new Project(path)).OrderBy(project => project.Name, StringComparer.Ordinal)];

    /// <summary>All files matching the pattern, outside build outputs, as paths relative to the root.</summary>
    public static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Root, pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path))
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part =>
                part is "bin" or "obj" or "artifacts" or "node_modules" or ".data" or ".git"));

    public static string Read(string relativePath) => File.ReadAllText(Path.Combine(Root, relativePath));

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(Path.Combine(folder, "ContactCenter.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException($"No ContactCenter.sln above {here}");
    }
}

/// <summary>A project file: its name, folder and what it references.</summary>
internal sealed class Project
{
    public Project(string path)
    {
        Path = path;
        Name = System.IO.Path.GetFileNameWithoutExtension(path);
        var xml = XDocument.Parse(Repository.Read(path));
        References = [.. xml.Descendants("ProjectReference").Select(item =>
            System.IO.Path.GetFileNameWithoutExtension(((string)item.Attribute("Include")!).Replace('\\', '/')))];
        Packages = [.. xml.Descendants("PackageReference").Select(item => (string)item.Attribute("Include")!)];
        IsTest = path.StartsWith("tests" + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }

    public string Path { get; }

    public string Name { get; }

    public bool IsTest { get; }

    public IReadOnlyList<string> References { get; }

    public IReadOnlyList<string> Packages { get; }

    public override string ToString() => Name;
}
