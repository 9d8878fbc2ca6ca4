using System.Diagnostics;
using System.Globalization;
using System.Xml.Linq;

namespace ContactCenter.InsightsEnrichment.Tests.Exports;

/// <summary>A cell as LibreOffice has read it.</summary>
/// <param name="Type">Such as <c>string</c> or <c>float</c>; empty if there is nothing in it.</param>
/// <param name="Text">Its text, or its value where it is no text; line breaks are LF.</param>
/// <param name="IsFormula">Whether it would be worked out.</param>
internal sealed record SpreadsheetCell(string Type, string Text, bool IsFormula);

/// <summary>CSV files opened in LibreOffice, as a reader would.</summary>
internal static class Spreadsheet
{
    /// <summary>Commas, UTF-8 and nothing else: what a reader gets who changes nothing in the import dialogue.</summary>
    public const string Plainly = "CSV:44,34,76";

    /// <summary>The same with "Format quoted field as text".</summary>
    public const string QuotedAsText = "CSV:44,34,76,1,,0,true";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly XNamespace Office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0";
    private static readonly XNamespace Table = "urn:oasis:names:tc:opendocument:xmlns:table:1.0";
    private static readonly XNamespace Words = "urn:oasis:names:tc:opendocument:xmlns:text:1.0";

    /// <summary>Whether LibreOffice is here.</summary>
    public static bool IsInstalled { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "soffice")));

    /// <summary>Opens files and returns the rows of each.</summary>
    /// <param name="import">Choices of the import dialogue.</param>
    /// <param name="files">The texts of the files.</param>
    public static async Task<IReadOnlyList<IReadOnlyList<IReadOnlyList<SpreadsheetCell>>>> OpenAsync(string import, params IReadOnlyList<string> files)
    {
        var folder = Directory.CreateTempSubdirectory("contactcenter-").FullName;
        try
        {
            var paths = files.Select((_, i) => Path.Combine(folder, $"{i}.csv")).ToList();
            foreach (var (path, text) in paths.Zip(files))
                await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
            // A profile of its own: LibreOffice serves one process per profile.
            await RunAsync([$"-env:UserInstallation=file://{folder}/profile", "--headless", $"--infilter={import}", "--convert-to", "fods", "--outdir", folder, .. paths]);
            return [.. paths.Select(path => RowsOf(XDocument.Load(Path.ChangeExtension(path, "fods"), LoadOptions.PreserveWhitespace)))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(IEnumerable<string> arguments)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        using var process = Process.Start(new ProcessStartInfo("soffice", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, string.Concat(said));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static List<IReadOnlyList<SpreadsheetCell>> RowsOf(XDocument document) => [.. document.Descendants(Table + "table-row").Select(RowOf)];

    private static IReadOnlyList<SpreadsheetCell> RowOf(XElement row) => [.. row.Elements(Table + "table-cell").SelectMany(cell => Enumerable.Repeat(
        new SpreadsheetCell(
            (string?)cell.Attribute(Office + "value-type") ?? "",
            (string?)cell.Attribute(Office + "value") ?? string.Join('\n', cell.Elements(Words + "p").Select(TextOf)),
            cell.Attribute(Table + "formula") is not null),
        int.Parse((string?)cell.Attribute(Table + "number-columns-repeated") ?? "1", CultureInfo.InvariantCulture)))];

    private static string TextOf(XElement paragraph) => string.Concat(paragraph.Nodes().Select(node => node switch
    {
        XText text => text.Value,
        XElement tab when tab.Name == Words + "tab" => "\t",
        XElement lineBreak when lineBreak.Name == Words + "line-break" => "\n",
        XElement spaces when spaces.Name == Words + "s" => new string(' ', (int?)spaces.Attribute(Words + "c") ?? 1),
        XElement inner => TextOf(inner),
        _ => "",
    }));
}
