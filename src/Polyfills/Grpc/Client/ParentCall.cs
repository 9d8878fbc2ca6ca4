using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>The server call that a call is made for: it ends with that call.</summary>
/// <param name="deadline">The server call's deadline in UTC; <see cref="DateTime.MaxValue"/> for none.</param>
/// <param name="cancellation">Fires when the server call is over before its time.</param>
internal sealed class ParentCall(DateTime deadline, CancellationToken cancellation) : ContextPropagationToken
{
    internal DateTime Deadline { get; } = deadline;

    internal CancellationToken Cancellation { get; } = cancellation;
}
