using System.Security.Cryptography;
using System.Text;

namespace ContactCenter.InsightsEnrichment.Exports;

/// <summary>Writes the file of an export piece by piece, never holding more than one.</summary>
/// <param name="store">Takes the pieces.</param>
/// <param name="export">The export, of this attempt.</param>
internal sealed class ExportFile(ExportStore store, Export export) : IDisposable
{
    private readonly byte[] _piece = new byte[ExportStore.PieceBytes];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int _filled;
    private int _pieces;

    /// <summary>Size so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Writes text.</summary>
    /// <param name="text">Any length.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>False if the export was canceled, or another attempt has begun.</returns>
    public async Task<bool> WriteAsync(StringBuilder text, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        for (var done = 0; done < bytes.Length;)
        {
            var part = Math.Min(bytes.Length - done, _piece.Length - _filled);
            bytes.AsSpan(done, part).CopyTo(_piece.AsSpan(_filled));
            done += part;
            _filled += part;
            if (_filled == _piece.Length && !await FlushAsync(cancellationToken))
                return false;
        }

        Bytes += bytes.Length;
        return true;
    }

    /// <summary>Writes what is left.</summary>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    /// <returns>SHA-256 in lower-case hex; null if the export was canceled, or another attempt has begun.</returns>
    public async Task<string?> EndAsync(CancellationToken cancellationToken) =>
        _filled == 0 || await FlushAsync(cancellationToken) ? Convert.ToHexStringLower(_hash.GetHashAndReset()) : null;

    /// <inheritdoc />
    public void Dispose() => _hash.Dispose();

    private async Task<bool> FlushAsync(CancellationToken cancellationToken)
    {
        var content = _filled == _piece.Length ? _piece : _piece[.._filled];
        _hash.AppendData(content);
        _filled = 0;
        return await store.AddPieceAsync(export, _pieces++, content, cancellationToken);
    }
}
