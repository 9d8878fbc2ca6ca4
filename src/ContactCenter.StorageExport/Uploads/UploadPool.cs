using System.Net;
using ContactCenter.StorageExport.Sftp;
using ContactCenter.StorageExport.Stores;
using Microsoft.Extensions.Options;

namespace ContactCenter.StorageExport.Uploads;

/// <summary>
/// The connections of this process to the active store (STO-25, STO-30): a few, each for many uploads at once. Those to
/// settings that have changed end with their last upload.
/// </summary>
/// <param name="settings">The settings of the store.</param>
/// <param name="sftp">Logs in.</param>
/// <param name="options">How many connections.</param>
/// <param name="time">Measures idle times.</param>
internal sealed class UploadPool(SettingsStore settings, SftpStore sftp, IOptions<UploadOptions> options, TimeProvider time) : IAsyncDisposable
{
    /// <summary>From as many uploads on each a further connection is opened, as long as there may be more.</summary>
    private const int UploadsOfConnection = 8;

    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LoginLimit = TimeSpan.FromSeconds(30);

    /// <summary>After a pause of the store, connections double so often (STO-62).</summary>
    private static readonly TimeSpan GrowthInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly List<Line> _lines = [];
    private readonly SemaphoreSlim _loading = new(1);
    private readonly CancellationTokenSource _end = new();
    private Target? _target;
    private long? _recovered;

    /// <summary>Gives a connection, to be disposed after use.</summary>
    /// <param name="turn">The store, as the catalogue knows it.</param>
    /// <param name="cancellationToken">Ends the wait for a login.</param>
    /// <returns>Null if the store has been switched off.</returns>
    /// <exception cref="StoreException">The store cannot be used; the reason says why.</exception>
    public async Task<Rental?> RentAsync(StoreTurn turn, CancellationToken cancellationToken)
    {
        var target = await TargetAsync(turn, cancellationToken);
        if (target?.Settings is null)
            return null;
        Line line;
        lock (_gate)
        {
            if (turn.IsDown)
                _recovered = time.GetTimestamp();
            var least = _lines.Where(other => other.Target == target && !other.IsBroken).MinBy(other => other.Users);
            if (least is null || (least.Users >= UploadsOfConnection && _lines.Count < MostLines()))
                _lines.Add(least = new(target, Task.Run(() => OpenAsync(target), CancellationToken.None)));
            line = least;
            line.Users++;
        }

        try
        {
            return new(this, line, await line.Session.WaitAsync(cancellationToken));
        }
        catch
        {
            lock (_gate)
                line.IsBroken |= line.Session is { IsCompleted: true, IsCompletedSuccessfully: false };
            Release(line);
            throw;
        }
    }

    /// <summary>Logs in to a store, whether files are written to it or to another one by now.</summary>
    /// <param name="storeId">The store.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A connection of the caller's own and the store's settings; null while external storage is off.</returns>
    /// <exception cref="StoreException">The store cannot be used; the reason says why.</exception>
    public async Task<(SftpSession Session, SftpSettings Settings)?> OpenAsync(Guid storeId, CancellationToken cancellationToken)
    {
        if (await settings.FindAsync(cancellationToken) is not { Definition.Enabled: true })
            return null;
        var stored = await settings.FindAsync(storeId, cancellationToken);
        var target = new Target(storeId, stored.Revision, SettingsReader.OfStored(stored.Definition, await settings.ReadSecretsAsync(storeId, cancellationToken)));
        return (await OpenAsync(target), target.Settings!);
    }

    /// <summary>Ends all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        List<Line> lines;
        lock (_gate)
            lines = [.. _lines];
        foreach (var line in lines)
            await CloseAsync(line);
        _end.Dispose();
        _loading.Dispose();
    }

    private int MostLines()
    {
        if (_recovered is not { } begin)
            return options.Value.Connections;
        var doublings = time.GetElapsedTime(begin) / GrowthInterval;
        return doublings >= 4 ? options.Value.Connections : Math.Min(options.Value.Connections, 1 << (int)doublings);
    }

    private async Task<Target?> TargetAsync(StoreTurn turn, CancellationToken cancellationToken)
    {
        if (_target is { } known && (known.StoreId, known.Revision) == (turn.StoreId, turn.Revision))
            return known;
        await _loading.WaitAsync(cancellationToken);
        try
        {
            if (_target is { } loaded && loaded.StoreId == turn.StoreId && loaded.Revision >= turn.Revision)
                return loaded;
            if (await settings.FindAsync(cancellationToken) is not { } stored)
                return null;
            var secrets = await settings.ReadSecretsAsync(stored.StoreId, cancellationToken);
            return _target = new(stored.StoreId, stored.Revision, stored.Definition.Enabled ? SettingsReader.OfStored(stored.Definition, secrets) : null);
        }
        finally
        {
            _loading.Release();
        }
    }

    private async Task<SftpSession> OpenAsync(Target target)
    {
        using var limit = new CancellationTokenSource(LoginLimit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _end.Token);
        try
        {
            var address = await sftp.ResolveAsync(target.Settings!.Address, linked.Token);
            var (known, keys) = target.HostKeys;
            if (keys is null || !known.Equals(address))
            {
                keys = SftpStore.Pinned(await SftpStore.PresentedAsync(address, target.Settings.Address.Port, linked.Token), target.Settings.Pins);
                target.HostKeys = (address, keys);
            }

            return await sftp.LogInAsync(target.StoreId.ToString(), target.Settings, address, keys, linked.Token);
        }
        catch (OperationCanceledException) when (!_end.IsCancellationRequested)
        {
            throw new StoreException(Contracts.StorageErrors.StoreTimeout, $"The login did not come to an end in {LoginLimit.TotalSeconds:0} s.", concernsStore: true);
        }
        catch (StoreException)
        {
            // The server may have another of the pinned keys by now.
            target.HostKeys = default;
            throw;
        }
    }

    private void Release(Line line)
    {
        bool isOver;
        lock (_gate)
        {
            line.Users--;
            line.Uses++;
            isOver = line.Users == 0 && (line.IsBroken || line.Target != _target);
        }

        if (isOver)
            _ = CloseAsync(line);
        else if (line.Users == 0)
            _ = CloseIdleAsync(line, line.Uses);
    }

    private async Task CloseIdleAsync(Line line, long uses)
    {
        await Task.Delay(IdleLimit, time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            if (line.Users > 0 || line.Uses != uses)
                return;
            line.IsBroken = true;
        }

        await CloseAsync(line);
    }

    private async Task CloseAsync(Line line)
    {
        lock (_gate)
        {
            if (!_lines.Remove(line))
                return;
        }

        try
        {
            await (await line.Session).DisposeAsync();
        }
        catch (Exception failure) when (failure is StoreException or OperationCanceledException or IOException)
        {
            // It never came to be, or broke before it was closed.
        }
    }

    /// <summary>The settings of one moment.</summary>
    internal sealed record Target(Guid StoreId, long Revision, SftpSettings? Settings)
    {
        /// <summary>The address last used and the keys that it may have; not part of what makes two equal.</summary>
        public (IPAddress Address, IReadOnlyList<string>? Keys) HostKeys { get; set; }

        public bool Equals(Target? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => HashCode.Combine(StoreId, Revision);
    }

    /// <summary>A connection and its uploads.</summary>
    internal sealed class Line(Target target, Task<SftpSession> session)
    {
        public Target Target => target;

        public Task<SftpSession> Session => session;

        public int Users { get; set; }

        public long Uses { get; set; }

        public bool IsBroken { get; set; }

        public Task<StoreException>? Explanation { get; set; }
    }

    /// <summary>The use of a connection by one upload.</summary>
    internal sealed class Rental(UploadPool pool, Line line, SftpSession session) : IDisposable
    {
        /// <summary>The connection.</summary>
        public SftpConnection Connection => session.Connection;

        /// <summary>The store.</summary>
        public Guid StoreId => line.Target.StoreId;

        /// <summary>Its settings.</summary>
        public SftpSettings Settings => line.Target.Settings!;

        /// <summary>Takes the connection out of use, as it was lost, and says why.</summary>
        public Task<StoreException> BreakAsync()
        {
            lock (pool._gate)
            {
                line.IsBroken = true;
                return line.Explanation ??= session.ExplainAsync();
            }
        }

        /// <summary>Gives it back.</summary>
        public void Dispose() => pool.Release(line);
    }
}
