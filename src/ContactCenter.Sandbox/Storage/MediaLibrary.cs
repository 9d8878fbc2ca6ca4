namespace ContactCenter.Sandbox.Storage;

/// <summary>Where the platform keeps recordings and photos until somebody has fetched them.</summary>
public static class MediaLibrary
{
    private const int RecordingLength = 40_000;
    private const int PhotoLength = 20_000;

    /// <summary>A recording of a call.</summary>
    /// <param name="session">The call.</param>
    public static byte[] Recording(string session) => [.. "ID3"u8, .. Noise(session, RecordingLength)];

    /// <summary>A photo of a chat.</summary>
    /// <param name="session">The chat.</param>
    public static byte[] Photo(string session) => [0xFF, 0xD8, 0xFF, .. Noise(session, PhotoLength)];

    /// <summary>Where a medium of a session is.</summary>
    /// <param name="library">Address of the library; null if it has none.</param>
    /// <param name="session">The session.</param>
    /// <param name="kind"><c>recording</c> or <c>photo</c>.</param>
    /// <param name="number">Number of the medium.</param>
    public static string? LocationOf(Uri? library, string session, string kind, int number) => library is null ? null : new Uri(library, $"/media/{session}/{kind}/{number}").ToString();

    /// <summary>Serves the library.</summary>
    /// <param name="app">The application.</param>
    public static void Map(WebApplication app)
    {
        app.MapGet("/media/{session}/recording/{number:int}", (string session, int number) => Results.Bytes(Recording(session), "audio/mpeg")).AllowAnonymous();
        app.MapGet("/media/{session}/photo/{number:int}", (string session, int number) => Results.Bytes(Photo(session), "image/jpeg")).AllowAnonymous();
    }

    private static byte[] Noise(string seed, int length)
    {
        var dice = new Dice($"{seed}/media");
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
            bytes[i] = (byte)dice.Between(0, 255);
        return bytes;
    }
}
