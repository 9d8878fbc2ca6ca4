namespace ContactCenter.StorageExport.Sftp;

/// <summary>Types of packet of SFTP version 3 (draft-ietf-secsh-filexfer-02).</summary>
internal enum SftpPacketType : byte
{
    Init = 1,
    Version = 2,
    Open = 3,
    Close = 4,
    Read = 5,
    Write = 6,
    FStat = 8,
    OpenDir = 11,
    ReadDir = 12,
    Remove = 13,
    MkDir = 14,
    Stat = 17,
    Rename = 18,
    Status = 101,
    Handle = 102,
    Data = 103,
    Name = 104,
    Attrs = 105,
    Extended = 200,
    ExtendedReply = 201,
}

/// <summary>What a server says to a request.</summary>
internal enum SftpStatus
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>There is no more to read.</summary>
    Eof = 1,

    /// <summary>The file or a folder of its path does not exist.</summary>
    NoSuchFile = 2,

    /// <summary>The user may not do that.</summary>
    PermissionDenied = 3,

    /// <summary>Anything else went wrong.</summary>
    Failure = 4,

    /// <summary>The packet was not understood.</summary>
    BadMessage = 5,

    /// <summary>Used within clients only.</summary>
    NoConnection = 6,

    /// <summary>Used within clients only.</summary>
    ConnectionLost = 7,

    /// <summary>The server does not offer that.</summary>
    OpUnsupported = 8,
}

/// <summary>How a file is opened.</summary>
[Flags]
internal enum SftpOpen
{
    Read = 1,
    Write = 2,
    Create = 8,
    Truncate = 16,
}

/// <summary>Extensions of OpenSSH that are used when a server offers them (STO-23).</summary>
internal static class SftpExtension
{
    public const string Limits = "limits@openssh.com";
    public const string PosixRename = "posix-rename@openssh.com";
    public const string FSync = "fsync@openssh.com";
    public const string StatVfs = "statvfs@openssh.com";
}
