using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContactCenter.ServiceDefaults.Callers;

namespace ContactCenter.AppHost;

/// <summary>
/// What a development machine keeps between two runs, below <c>.data</c>: the servers' data, their ports, and secrets
/// made on the first run. One AppHost uses a folder at a time.
/// </summary>
internal sealed class DataFolder
{
    private readonly string _path;
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream @lock)
    {
        _path = path;
        _lock = @lock;
    }

    /// <summary>Opens the folder, making it if need be; ends the program with a message if another AppHost uses it.</summary>
    /// <param name="path">The folder.</param>
    public static DataFolder Open(string path)
    {
        path = Directory.CreateDirectory(Path.GetFullPath(path)).FullName;
        try
        {
            return new DataFolder(path, new FileStream(Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            throw SuiteRun.Refuse($"Another AppHost uses {path}. Stop it, or give this one a folder of its own: --Backing:DataPath FOLDER");
        }
    }

    /// <summary>The folder of one server.</summary>
    /// <param name="name">The server.</param>
    public string For(string name) => Path.Combine(_path, name);

    /// <summary>A secret: 32 random letters and digits, the same in every run.</summary>
    /// <param name="name">The secret.</param>
    public string Secret(string name) => Remember("secrets.json", name, known => known ?? RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 32));

    /// <summary>An API key, the same in every run.</summary>
    /// <param name="holder">Who holds it.</param>
    public ApiKey ApiKey(string holder) => ServiceDefaults.Callers.ApiKey.Parse(
        Remember("secrets.json", $"api-key-{holder}", known => known ?? ServiceDefaults.Callers.ApiKey.Create().Reveal()))
        ?? throw SuiteRun.Refuse($"api-key-{holder} in {Path.Combine(_path, "secrets.json")} is no API key. Remove it there, and a new one is made.");

    /// <summary>Writes a file that only its owner may read.</summary>
    /// <param name="name">The file.</param>
    /// <param name="text">What it holds.</param>
    /// <returns>The file's path.</returns>
    public string Write(string name, string text)
    {
        var path = Path.Combine(_path, name);
        using (var stream = Create(path + ".new")) stream.Write(Encoding.UTF8.GetBytes(text));
        File.Move(path + ".new", path, overwrite: true);
        return path;
    }

    /// <summary>A free loopback port, the same in every run as long as nobody else takes it.</summary>
    /// <param name="name">The server.</param>
    public int Port(string name) => int.Parse(Remember("ports.json", name, known => known is not null && IsFree(int.Parse(known, null)) ? known : FreePort()), null);

    private string Remember(string file, string name, Func<string?, string> choose)
    {
        // The lock is held as long as the program runs, so nobody else writes these files.
        ObjectDisposedException.ThrowIf(_lock.SafeFileHandle.IsClosed, this);
        var path = Path.Combine(_path, file);
        var values = File.Exists(path) ? JsonSerializer.Deserialize<SortedDictionary<string, string>>(File.ReadAllBytes(path))! : [];
        var value = choose(values.GetValueOrDefault(name));
        if (values.GetValueOrDefault(name) == value) return value;

        values[name] = value;
        Write(file, JsonSerializer.Serialize(values));
        return value;
    }

    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // Below the range that outgoing connections take theirs from, so that none of them takes a remembered port away.
    private static string FreePort()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = Random.Shared.Next(12_000, 20_000);
            if (IsFree(port)) return port.ToString(null as IFormatProvider);
        }

        throw new DistributedApplicationException("No port between 12000 and 20000 is free on 127.0.0.1.");
    }
}
