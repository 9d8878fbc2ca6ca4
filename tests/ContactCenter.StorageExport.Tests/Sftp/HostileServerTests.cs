using System.Buffers.Binary;
using System.IO.Pipelines;
using ContactCenter.StorageExport.Sftp;
using ContactCenter.StorageExport.Stores;

namespace ContactCenter.StorageExport.Tests.Sftp;

/// <summary>Servers that do not keep to the protocol end the connection, and nothing else (STO-23, STO-30).</summary>
public sealed class HostileServerTests
{
    private static readonly byte[] Hello = [0, 0, 0, 5, 2, 0, 0, 0, 3];

    private readonly Pipe _toServer = new();
    private readonly Pipe _fromServer = new();
    private readonly ManualTimeProvider _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Rule("STO-23")]
    public async Task A_server_of_an_older_version_is_told_apart()
    {
        var failure = await Assert.ThrowsAsync<StoreException>(() => OpenAsync([0, 0, 0, 5, 2, 0, 0, 0, 2]));
        Assert.Equal(("SFTP_VERSION_UNSUPPORTED", true), (failure.Reason, failure.ConcernsStore));
    }

    [Theory]
    [Rule("STO-23")]
    [InlineData("485454502F312E31203430302042616420526571756573740D0A0D0A")]
    [InlineData("00000000")]
    [InlineData("0000000102")]
    [InlineData("00000005")]
    [InlineData("FFFFFFFF02")]
    [InlineData("")]
    public async Task Who_does_not_speak_SFTP_at_all_is_left(string hex)
    {
        var opening = OpenAsync(Convert.FromHexString(hex));
        await _fromServer.Writer.CompleteAsync();
        await Assert.ThrowsAsync<SftpConnectionLostException>(() => opening);
    }

    [Theory]
    [Rule("STO-23")]
    [InlineData("00000009650000000700000000", "an answer to request 7, which nobody made")]
    [InlineData("000000016500000001", "an answer without a number")]
    [InlineData("00000005650000000100", "a status without a code")]
    [InlineData("000000096600000001FFFFFFFF", "a handle longer than its packet")]
    [InlineData("0000000967000000010000000000", "data where a handle is due")]
    [InlineData("00040401", "a packet of 256 KiB + 1 KiB + 1 byte")]
    public async Task What_the_protocol_does_not_know_ends_the_connection_and_all_who_wait(string hex, string what)
    {
        await using var connection = await OpenAsync(Hello);
        var requests = new[] { connection.OpenAsync("x", SftpOpen.Read, null, Cancellation), connection.OpenAsync("y", SftpOpen.Read, null, Cancellation) };

        await _fromServer.Writer.WriteAsync(Convert.FromHexString(hex), Cancellation);

        Assert.NotEmpty(what);
        await Assert.ThrowsAsync<SftpConnectionLostException>(() => requests[0]);
        await Assert.ThrowsAsync<SftpConnectionLostException>(() => requests[1]);
        await Assert.ThrowsAsync<SftpConnectionLostException>(() => connection.StatAsync("z", Cancellation));
    }

    [Fact]
    [Rule("STO-30")]
    public async Task A_server_that_is_silent_for_a_minute_is_left_and_one_that_is_only_slow_is_not()
    {
        await using var connection = await OpenAsync(Hello);
        var requests = new[] { connection.StatAsync("1", Cancellation), connection.StatAsync("2", Cancellation) };
        await SentAsync(2);

        _time.Advance(TimeSpan.FromSeconds(40));
        await AnswerMissingAsync(1);
        Assert.Null(await requests[0]);
        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.False(requests[1].IsCompleted);
        await Eventually.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(60));
            return Task.FromResult(requests[1].IsCompleted);
        });

        Assert.Contains("60 s", (await Assert.ThrowsAsync<SftpConnectionLostException>(() => requests[1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("STO-28")]
    public async Task The_words_of_a_server_are_shown_clean_and_cut()
    {
        await using var connection = await OpenAsync(Hello);
        var request = connection.RemoveAsync("x", Cancellation);
        var words = System.Text.Encoding.UTF8.GetBytes("bad\r\n\u001b[31m" + new string('x', 500));
        await SendAsync([101, .. Number(1), .. Number(4), .. Number(words.Length), .. words]);

        var failure = await Assert.ThrowsAsync<SftpStatusException>(() => request);
        Assert.Equal(SftpStatus.Failure, failure.Status);
        Assert.DoesNotContain(failure.Message, char.IsControl);
        Assert.True(failure.Message.Length < 300);
    }

    private async Task<SftpConnection> OpenAsync(byte[] hello)
    {
        await _fromServer.Writer.WriteAsync(hello, Cancellation);
        return await SftpConnection.OpenAsync(_fromServer.Reader.AsStream(), _toServer.Writer.AsStream(), _time, TimeSpan.FromSeconds(60), Cancellation);
    }

    /// <summary>Waits until so many requests were sent after the first packet.</summary>
    private async Task SentAsync(int requests)
    {
        for (var packets = 0; packets < 1 + requests; packets++)
        {
            var read = await _toServer.Reader.ReadAtLeastAsync(4, Cancellation);
            var length = BinaryPrimitives.ReadInt32BigEndian(read.Buffer.FirstSpan);
            _toServer.Reader.AdvanceTo(read.Buffer.Start);
            read = await _toServer.Reader.ReadAtLeastAsync(4 + length, Cancellation);
            _toServer.Reader.AdvanceTo(read.Buffer.GetPosition(4 + length));
        }
    }

    private Task AnswerMissingAsync(int request) => SendAsync([101, .. Number(request), .. Number(2), .. Number(0), .. Number(0)]);

    private async Task SendAsync(byte[] packet) => await _fromServer.Writer.WriteAsync((byte[])[.. Number(packet.Length), .. packet], Cancellation);

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
