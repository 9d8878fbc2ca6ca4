using Xunit;

namespace ContactCenter.Testing;

/// <summary>Recorded data of the real outside systems. They are not part of the repository and lie beside it, if at all.</summary>
public static class ContractData
{
    /// <summary>Finds a file below <c>CONTACTCENTER_CONTRACT_DATA</c>, by default <c>../shared/contracts</c>; skips the test where it is absent.</summary>
    /// <param name="path">The file, such as <c>twilio/x_twilio_signature_vectors.json</c>.</param>
    /// <returns>Its full path.</returns>
    public static string Require(string path)
    {
        var folder = Environment.GetEnvironmentVariable("CONTACTCENTER_CONTRACT_DATA") ?? Path.Combine(ServerProcess.RepositoryRoot, "..", "shared", "contracts");
        var file = Path.GetFullPath(Path.Combine(folder, path));
        Assert.SkipUnless(File.Exists(file), $"The recorded data are not beside the repository: {path} is not in {Path.GetFullPath(folder)}.");
        return file;
    }
}
