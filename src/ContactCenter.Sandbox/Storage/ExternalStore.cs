using System.Security.Cryptography;
using System.Web;
using ContactCenter.Sandbox.Sessions;
using ContactCenter.Sandbox.Twilio.Lives;
using ContactCenter.Storage.V1;

namespace ContactCenter.Sandbox.Storage;

/// <summary>The SFTP server of a development machine as its owner sees it: tells the storage service of it, and looks at the files there.</summary>
/// <param name="configuration">The connection string <c>sftp</c>; without it there is no such server.</param>
/// <param name="stores">Takes the settings.</param>
/// <param name="files">Says where files are.</param>
public sealed class ExternalStore(IConfiguration configuration, StoreService.StoreServiceClient stores, FileService.FileServiceClient files)
{
    private const string Folder = "sandbox";

    private readonly Uri? _server = configuration.GetConnectionString("sftp") is { Length: > 0 } text ? new(text) : null;

    /// <summary>Whether there is such a server.</summary>
    public bool IsThere => _server is not null;

    private string DataPath => Path.GetDirectoryName(HttpUtility.ParseQueryString(_server!.Query)["key"])!;

    private string FilesPath => Path.Combine(DataPath, "files");

    /// <summary>Has files written to the server, and sent to the CRM too, unless they are already.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task ConfigureAsync(CancellationToken cancellation)
    {
        if (!IsThere)
            return;
        var stored = (await stores.GetStoreAsync(new(), cancellationToken: cancellation)).Store;
        if (stored is { Enabled: true, AlsoSendToCrm: true, Sftp: { } known } && (known.Port, known.FolderPath) == (_server!.Port, Folder))
            return;
        var hostKey = await File.ReadAllTextAsync(Path.Combine(DataPath, "host_key.pub"), cancellation);
        await stores.UpdateStoreAsync(
            new()
            {
                Store = new()
                {
                    Etag = stored?.Etag ?? "",
                    Enabled = true,
                    AlsoSendToCrm = true,
                    Sftp = new()
                    {
                        Host = _server!.Host,
                        Port = _server.Port,
                        User = Environment.UserName,
                        PrivateKey = await File.ReadAllTextAsync(Path.Combine(DataPath, "client_key"), cancellation),
                        FolderPath = Folder,
                        HostKeys = { string.Join(' ', hostKey.Split(' ').Take(2)) },
                    },
                },
            },
            cancellationToken: cancellation);
    }

    /// <summary>How many files lie in the store.</summary>
    public int Count() => IsThere && Directory.Exists(FilesPath) ? Directory.EnumerateFiles(FilesPath, "*", SearchOption.AllDirectories).Count() : 0;

    /// <summary>The files that lie in the store for the sessions of some tasks, and whether the catalogue knows these very bytes.</summary>
    /// <param name="lives">The tasks.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The files.</returns>
    public async Task<List<FileFacts>> FilesAsync(IReadOnlyList<TaskLife> lives, CancellationToken cancellation)
    {
        var shown = new List<FileFacts>();
        if (!IsThere)
            return shown;
        var root = Path.Combine(FilesPath, Folder);
        if (!Directory.Exists(root))
            return shown;
        var found = Directory.EnumerateFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .ToLookup(path => FileFacts.SessionOf(Path.GetFileName(path)), StringComparer.Ordinal);
        foreach (var session in lives.Select(SessionEvents.NameOf))
        {
            var catalogue = (await files.ListSessionFilesAsync(new() { Session = session }, cancellationToken: cancellation)).Files
                .Where(file => file.State == SessionFileState.Stored)
                .ToDictionary(file => Path.Combine(FilesPath, file.Stored.Location), file => file.Sha256, StringComparer.Ordinal);
            foreach (var path in found[session].Union(catalogue.Keys))
            {
                var bytes = File.Exists(path) ? await File.ReadAllBytesAsync(path, cancellation) : [];
                shown.Add(FileFacts.Of(
                    Path.GetRelativePath(root, path), bytes, catalogue.GetValueOrDefault(path) == Convert.ToHexStringLower(SHA256.HashData(bytes))));
            }
        }

        return shown;
    }
}
