using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>The gRPC call behind an HTTP request, as a feature of its HttpContext.</summary>
public interface IServerCallContextFeature
{
    /// <summary>The call.</summary>
    ServerCallContext ServerCallContext { get; }
}
