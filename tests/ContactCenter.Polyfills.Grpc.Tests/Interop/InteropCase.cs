namespace ContactCenter.Polyfills.Grpc.Tests.Interop;

/// <summary>The cases of the public interop specification that every direction runs.</summary>
public static class InteropCase
{
    public static TheoryData<string> Names { get; } =
    [
        "empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong", "empty_stream",
        "timeout_on_sleeping_server", "cancel_after_begin", "cancel_after_first_response", "status_code_and_message",
        "special_status_message", "custom_metadata", "unimplemented_method", "unimplemented_service",
        "client_compressed_unary", "server_compressed_unary",
    ];
}
