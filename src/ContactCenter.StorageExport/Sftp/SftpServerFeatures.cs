namespace ContactCenter.StorageExport.Sftp;

/// <summary>What a server offers beyond version 3 (STO-23).</summary>
/// <param name="MaxWrite">Most bytes that one WRITE should have.</param>
/// <param name="MaxRead">Most bytes that one READ should ask for.</param>
/// <param name="HasPosixRename">A rename may replace a file.</param>
/// <param name="HasFSync">Bytes can be brought to the disk.</param>
/// <param name="HasStatVfs">It tells how much room is left.</param>
internal sealed record SftpServerFeatures(int MaxWrite, int MaxRead, bool HasPosixRename, bool HasFSync, bool HasStatVfs)
{
    /// <summary>What every server must take.</summary>
    private const int WithoutLimits = 32 * 1024;

    /// <summary>Leaves room for the rest of the packet.</summary>
    private const int Largest = 255 * 1024;

    /// <summary>Understands what a server offers.</summary>
    /// <param name="offered">The names of its extensions.</param>
    /// <param name="limits">Most bytes to read and to write at once, as it says; 0 for what it does not know.</param>
    public static SftpServerFeatures Of(IReadOnlySet<string> offered, (ulong Read, ulong Write) limits) => new(
        Limit(limits.Write), Limit(limits.Read), offered.Contains(SftpExtension.PosixRename), offered.Contains(SftpExtension.FSync), offered.Contains(SftpExtension.StatVfs));

    private static int Limit(ulong value) => value == 0 ? WithoutLimits : (int)Math.Min(value, Largest);
}
