using System.Diagnostics;

namespace ContactCenter.StorageExport.Tests.Sftp;

internal static class SshProcesses
{
    /// <summary>The ssh processes that a process has started.</summary>
    public static List<Process> Of(int parent) => [.. Process.GetProcessesByName("ssh").Where(process => ParentOf(process) == parent)];

    private static int ParentOf(Process process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process.Id}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
