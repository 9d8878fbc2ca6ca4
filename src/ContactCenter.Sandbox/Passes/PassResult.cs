namespace ContactCenter.Sandbox.Passes;

/// <summary>How the one pass of this process ended.</summary>
public sealed class PassResult
{
    /// <summary>True once everything sent was found again as it must be.</summary>
    public bool Verified { get; set; }
}
