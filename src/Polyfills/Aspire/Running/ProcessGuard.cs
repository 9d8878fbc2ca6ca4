using System.Diagnostics;
using System.Globalization;

namespace Aspire.Hosting.Running;

/// <summary>A small process beside the application that ends what the application started if it cannot do so itself.</summary>
internal sealed class ProcessGuard : IDisposable
{
    private readonly Process _process;
    private readonly Lock _lock = new();

    /// <summary>Starts it.</summary>
    /// <param name="marker">An entry <c>NAME=value</c> that is in the environment of every process of the application.</param>
    /// <param name="grace">Between asking processes to end and killing them, in whole seconds.</param>
    public ProcessGuard(string marker, TimeSpan grace)
    {
        using var script = new StreamReader(typeof(ProcessGuard).Assembly.GetManifestResourceStream("guard.sh")!);
        // A session of its own: Ctrl-C in the terminal must not end it.
        _process = Process.Start(new ProcessStartInfo(
            "setsid", ["bash", "-c", script.ReadToEnd(), "guard", marker, ((int)grace.TotalSeconds).ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.StandardInput.AutoFlush = true;
    }

    /// <summary>A process was started.</summary>
    public void Add(int pid) => Tell('+', pid);

    /// <summary>A process and all its descendants have ended.</summary>
    public void Remove(int pid) => Tell('-', pid);

    /// <summary>Lets it end what still runs, and end itself.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit(TimeSpan.FromSeconds(30));
        _process.Dispose();
    }

    private void Tell(char what, int pid)
    {
        lock (_lock)
        {
            try
            {
                _process.StandardInput.Write(string.Create(CultureInfo.InvariantCulture, $"{what} {pid}\n"));
            }
            catch (IOException)
            {
                // Somebody killed the guard. The application does its work without it.
            }
        }
    }
}
