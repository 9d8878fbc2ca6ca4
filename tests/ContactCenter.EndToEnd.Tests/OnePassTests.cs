using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ContactCenter.EndToEnd.Tests;

/// <summary>One pass, and what clients that nobody here wrote find of it after a restart.</summary>
public sealed class OnePassTests(PlayedSuite suite)
{
    private sealed record Listed(string[] conversations, string[] segments);

    [Fact]
    public void A_pass_is_verified_against_the_truth_and_ends_with_exit_code_0()
    {
        Assert.True(suite.PassExitCode == 0, $"Exit code {suite.PassExitCode}:\n{suite.PassOutput}");
        Assert.Contains("Every part agrees with the truth.", suite.PassOutput, StringComparison.Ordinal);
        Assert.True(Count("tasks sent") >= 200, "A day has at least 200 tasks.");
        Assert.True(Count("WFM queue intervals") > 0, "Workforce management saw the day.");
        Assert.Equal(0, Count("differences"));
    }

    [Fact]
    public void A_pass_leaves_no_process_behind() =>
        Assert.Empty(suite.LeftByPass.Select(p => $"{p.Id} {p.CommandLine}"));

    [Fact]
    public async Task Python_and_node_list_the_same_conversations_after_a_restart()
    {
        var descriptors = await Tool.DescribeAsync();
        // Other tests send days that are further back.
        var firstDay = TimeProvider.System.GetUtcNow().AddDays(-7).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

        var python = Read(await Tool.RunAsync("/usr/bin/python3", Tool.Client("list_conversations.py"), suite.Insights.Grpc.Authority, descriptors, suite.DeveloperKey, firstDay));
        var node = Read(await Tool.RunAsync("node", Tool.Client("list_conversations.js"), suite.Insights.Grpc.Authority, Tool.Protos, suite.DeveloperKey, firstDay));
        File.Delete(descriptors);

        Assert.Equal(Count("conversations"), python.conversations.Length);
        Assert.Equal(Count("segments"), python.segments.Length);
        Assert.Equal(python.conversations, node.conversations);
        Assert.Equal(python.segments, node.segments);
        Assert.Equal(python.segments.Length, python.segments.Distinct().Count());
    }

    [Fact]
    public async Task Buf_finds_the_services_by_reflection_and_calls_them()
    {
        var methods = await Tool.RunAsync(Tool.Buf, "curl", "--protocol", "grpc", "--http2-prior-knowledge", "--list-methods", Address(suite.Insights.Grpc));
        var answer = await Tool.RunAsync(
            Tool.Buf, "curl", "--protocol", "grpc", "--http2-prior-knowledge", "-H", $"x-api-key: {suite.DeveloperKey}", "-d", """{"pageSize": 3}""",
            $"{Address(suite.Insights.Grpc)}/contactcenter.insights.v1.ConversationService/ListConversations");
        using var page = JsonDocument.Parse(answer);

        Assert.Contains("contactcenter.insights.v1.ConversationService/ListSegments", methods, StringComparison.Ordinal);
        Assert.Equal(3, page.RootElement.GetProperty("conversations").GetArrayLength());
    }

    [Fact]
    [Rule("SEC-8")]
    public async Task A_python_client_without_a_key_is_refused_with_UNAUTHENTICATED()
    {
        var descriptors = await Tool.DescribeAsync();

        var refused = await Tool.FailAsync("/usr/bin/python3", Tool.Client("list_conversations.py"), suite.Insights.Grpc.Authority, descriptors, "", "2026-01-01");
        File.Delete(descriptors);

        Assert.Contains("StatusCode.UNAUTHENTICATED", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_line_that_the_suite_shows_for_buf_can_be_pasted_into_a_shell()
    {
        var shown = Assert.Single(suite.Running.Output.Split('\n'), line => line.Contains("npx -y @bufbuild/buf", StringComparison.Ordinal));

        var answer = await Tool.RunAsync("bash", "-c", shown.Replace("npx -y @bufbuild/buf", Tool.Buf, StringComparison.Ordinal));

        Assert.Contains("\"conversations\"", answer, StringComparison.Ordinal);
    }

    private static string Address(Uri uri) => uri.GetLeftPart(UriPartial.Authority);

    private static Listed Read(string json) => JsonSerializer.Deserialize<Listed>(json)!;

    private int Count(string row)
    {
        var match = Regex.Match(suite.PassOutput, $@"\s\s{row}\s+(\d+)(\s|$)", RegexOptions.Multiline);
        Assert.True(match.Success, $"The summary has no row '{row}':\n{suite.PassOutput}");
        return int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }
}
