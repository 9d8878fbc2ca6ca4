using ContactCenter.StorageExport.Files;

namespace ContactCenter.StorageExport.Tests.Files;

public sealed class FileDigestsTests
{
    [Fact]
    [Rule("STO-48")]
    public void Digests_are_those_of_the_bytes_however_they_come()
    {
        var whole = FileDigests.Of("123456789"u8);
        using var parts = new FileDigests();
        parts.Add("12345678"u8);
        parts.Add("9"u8);

        Assert.Equal((9L, 0xE3069283, "25f9e794323b453885f5181f1b624d0b"), (whole.Size, whole.Crc32C, Convert.ToHexStringLower(whole.Md5)));
        Assert.Equal("15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225", Convert.ToHexStringLower(whole.Sha256));
        Assert.Equal((whole.Size, whole.Crc32C, Convert.ToHexStringLower(whole.Sha256)), parts.Finish() is { } same ? (same.Size, same.Crc32C, Convert.ToHexStringLower(same.Sha256)) : default);
    }
}
