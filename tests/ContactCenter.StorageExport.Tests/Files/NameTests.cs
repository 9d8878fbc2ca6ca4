using ContactCenter.StorageExport.Files;

namespace ContactCenter.StorageExport.Tests.Files;

public sealed class NameTests
{
    [Theory]
    [Rule("STO-7"), Rule("STO-8"), Rule("STO-9"), Rule("STO-10")]
    [InlineData(SessionKind.Call, SessionFileKind.SessionMetadata, 1, "json", "acme/sessions/ujet-metadata/call-103646.json")]
    [InlineData(SessionKind.Call, SessionFileKind.CallRecording, 1, "mp3", "acme/sessions/ujet-voice-recordings/call-103646.mp3")]
    [InlineData(SessionKind.Call, SessionFileKind.CallRecording, 2, "mp3", "acme/sessions/ujet-voice-recordings/call-103646-2.mp3")]
    [InlineData(SessionKind.Call, SessionFileKind.CallRecording, 1, "wav", "acme/sessions/ujet-voice-recordings/call-103646.wav")]
    [InlineData(SessionKind.Call, SessionFileKind.Photo, 7, "jpg", "acme/sessions/ujet-media/call-103646-photo-7.jpg")]
    [InlineData(SessionKind.Call, SessionFileKind.Video, 2, "mp4", "acme/sessions/ujet-media/call-103646-video-2.mp4")]
    [InlineData(SessionKind.Call, SessionFileKind.Voicemail, 1, "mp3", "acme/sessions/ujet-voicemails/call-103646.mp3")]
    [InlineData(SessionKind.Call, SessionFileKind.Voicemail, 3, "wav", "acme/sessions/ujet-voicemails/call-103646-3.wav")]
    [InlineData(SessionKind.Call, SessionFileKind.ChatTranscript, 1, "txt", "acme/sessions/ujet-chat-transcripts/call-103646.txt")]
    [InlineData(SessionKind.Chat, SessionFileKind.ChatTranscript, 1, "txt", "acme/sessions/ujet-chat-transcripts/chat-103646.txt")]
    [InlineData(SessionKind.Chat, SessionFileKind.ChatTranscript, 1, "json", "acme/sessions/ujet-chat-transcripts/chat-103646.json")]
    [InlineData(SessionKind.Chat, SessionFileKind.SessionMetadata, 1, "json", "acme/sessions/ujet-metadata/chat-103646.json")]
    [InlineData(SessionKind.Chat, SessionFileKind.Photo, 1, "jpg", "acme/sessions/ujet-media/chat-103646-photo-1.jpg")]
    [InlineData(SessionKind.Chat, SessionFileKind.Video, 9, "mp4", "acme/sessions/ujet-media/chat-103646-video-9.mp4")]
    public void Example_7_1_every_file_has_its_folder_and_name(SessionKind session, SessionFileKind kind, long number, string extension, string path)
    {
        var file = new SessionFile(session, 103646, kind, number, extension);

        Assert.Equal(path, FolderPath.Parse("acme/sessions", keepsLeadingSlash: true)!.Of(file.Folder, file.Name));
    }

    [Theory]
    [Rule("STO-13")]
    [InlineData("1", 1)]
    [InlineData("103646", 103646)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void An_id_is_a_whole_number(string text, long id)
    {
        Assert.True(SessionFile.TryParseId(text, out var read));
        Assert.Equal(id, read);
    }

    [Theory]
    [Rule("STO-13")]
    [InlineData("007")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1/2")]
    [InlineData("0")]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("1.0")]
    [InlineData("٣")]
    [InlineData("9223372036854775808")]
    [InlineData("../1")]
    public void Anything_else_is_no_id(string text) => Assert.False(SessionFile.TryParseId(text, out _));

    [Theory]
    [Rule("STO-14")]
    [InlineData("", "", "")]
    [InlineData("  ", "", "")]
    [InlineData("/", "/", "")]
    [InlineData("acme", "acme", "acme")]
    [InlineData(" /srv/acme/ ", "/srv/acme", "srv/acme")]
    [InlineData("a b/ü", "a b/ü", "a b/ü")]
    [InlineData("..a/b..", "..a/b..", "..a/b..")]
    public void A_folder_path_is_absolute_or_below_the_login_folder(string text, string ofSftp, string ofBucket)
    {
        Assert.Equal(ofSftp, FolderPath.Parse(text, keepsLeadingSlash: true)!.ToString());
        Assert.Equal(ofBucket, FolderPath.Parse(text, keepsLeadingSlash: false)!.ToString());
    }

    [Theory]
    [Rule("STO-14")]
    [InlineData("../x")]
    [InlineData("a//b")]
    [InlineData("//")]
    [InlineData("//a")]
    [InlineData("a/../b")]
    [InlineData("a/.")]
    [InlineData("a\\b")]
    [InlineData("a\nb")]
    [InlineData("a\u007fb")]
    public void A_folder_path_cannot_lead_elsewhere(string text) => Assert.Null(FolderPath.Parse(text, keepsLeadingSlash: true));

    [Fact]
    [Rule("STO-14")]
    public void A_folder_path_has_at_most_512_bytes()
    {
        Assert.NotNull(FolderPath.Parse(new string('ü', 256), keepsLeadingSlash: true));
        Assert.Null(FolderPath.Parse(new string('ü', 256) + "a", keepsLeadingSlash: true));
    }

    [Fact]
    [Rule("STO-14")]
    public void Paths_begin_where_the_folder_path_is()
    {
        Assert.Equal("ujet-media/x.jpg", FolderPath.Parse("", keepsLeadingSlash: true)!.Of("ujet-media", "x.jpg"));
        Assert.Equal("/ujet-media/x.jpg", FolderPath.Parse("/", keepsLeadingSlash: true)!.Of("ujet-media", "x.jpg"));
        Assert.Equal("/srv/ujet-media/x.jpg", FolderPath.Parse("/srv", keepsLeadingSlash: true)!.Of("ujet-media", "x.jpg"));
    }
}
