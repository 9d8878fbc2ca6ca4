using ContactCenter.StorageExport.Sftp;

namespace ContactCenter.StorageExport.Tests.Sftp;

public sealed class SftpAddressTests
{
    [Theory]
    [Rule("STO-16"), Rule("STO-17")]
    [InlineData("files.example.com", 0, "", "files.example.com", 22, "")]
    [InlineData(" Files.Example.COM. ", 2222, "acme", "files.example.com", 2222, "acme")]
    [InlineData("192.0.2.7", 22, "", "192.0.2.7", 22, "")]
    [InlineData("2001:db8::1", 0, "", "2001:db8::1", 22, "")]
    [InlineData("[2001:db8::1]", 0, "", "2001:db8::1", 22, "")]
    [InlineData("sftp://files.example.com", 0, "", "files.example.com", 22, "")]
    [InlineData("SFTP://files.example.com:2222/srv/acme", 0, "", "files.example.com", 2222, "/srv/acme")]
    [InlineData("sftp://files.example.com:2222/srv/acme", 2222, "/srv/acme", "files.example.com", 2222, "/srv/acme")]
    [InlineData("sftp://[2001:db8::1]:2222/x", 0, "", "2001:db8::1", 2222, "/x")]
    [InlineData("sftp://[2001:db8::1]", 23, "y", "2001:db8::1", 23, "y")]
    public void A_host_is_a_name_an_address_or_both_with_port_and_path(string host, int port, string folderPath, string name, int number, string path)
    {
        var address = SftpAddress.Parse(host, port, folderPath, out var problem);

        Assert.Null(problem);
        Assert.Equal((name, number, path), (address!.Host.Text, address.Port, address.FolderPath));
    }

    [Theory]
    [Rule("STO-17")]
    [InlineData("", 0, "", "host")]
    [InlineData("-oProxyCommand=x", 0, "", "host")]
    [InlineData("a b", 0, "", "host")]
    [InlineData("files.example.com:2222", 0, "", "host")]
    [InlineData("http://files.example.com", 0, "", "host")]
    [InlineData("sftp://user@files.example.com", 0, "", "host")]
    [InlineData("x", -1, "", "port")]
    [InlineData("x", 65_536, "", "port")]
    [InlineData("sftp://x:0", 0, "", "port")]
    [InlineData("sftp://x:99999", 0, "", "port")]
    [InlineData("sftp://x:y", 0, "", "port")]
    [InlineData("sftp://x:2222", 22, "", "port")]
    [InlineData("sftp://x/a", 0, "b", "folder_path")]
    public void A_host_that_is_none_or_contradicts_its_fields_is_refused(string host, int port, string folderPath, string field)
    {
        Assert.Null(SftpAddress.Parse(host, port, folderPath, out var problem));
        Assert.Equal(field, problem!.Value.Field);
    }

    [Theory]
    [Rule("STO-17")]
    [InlineData("acme", true)]
    [InlineData("DOMAIN\\user name", true)]
    [InlineData("", false)]
    [InlineData("-l", false)]
    [InlineData("a\nb", false)]
    public void A_user_cannot_be_an_option(string user, bool isGood) => Assert.Equal(isGood, SftpAddress.IsUser(user));

    [Fact]
    [Rule("STO-17")]
    public void A_user_has_at_most_128_characters()
    {
        Assert.True(SftpAddress.IsUser(new('a', 128)));
        Assert.False(SftpAddress.IsUser(new('a', 129)));
    }
}
