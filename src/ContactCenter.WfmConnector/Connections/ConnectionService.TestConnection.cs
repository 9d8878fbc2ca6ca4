using ContactCenter.Contracts;
using ContactCenter.ServiceDefaults;
using Grpc.Core;
using V1 = ContactCenter.Wfm.V1;

namespace ContactCenter.WfmConnector.Connections;

public sealed partial class ConnectionService
{
    /// <inheritdoc />
    public override async Task<V1.TestConnectionResponse> TestConnection(V1.TestConnectionRequest request, ServerCallContext context)
    {
        var connection = await store.ReadAsync(context.CancellationToken);
        CheckConfigured(connection);
        var response = new V1.TestConnectionResponse { Steps = { StepOf("login", await tokens.TryAsync(connection, context.CancellationToken)) } };
        if (!response.Steps[0].Ok)
            return response;
        // A key that works now need not wait for the next try.
        await tokens.EndPauseAsync(context.CancellationToken);
        foreach (var path in ((string[])["heartbeat", "acd_details"]).Where(path => connection.Profile.Path(path) is not null))
            response.Steps.Add(StepOf(path, await client.ProbeAsync(connection, path, context.CancellationToken)));
        return response;
    }

    private static void CheckConfigured(Connection connection)
    {
        if (connection.Missing.ToList() is { Count: > 0 } missing)
            throw RpcErrors.FailedPrecondition(Domain, WfmErrors.ConnectionNotConfigured, $"The connection lacks {string.Join(", ", missing)}.");
    }

    private static V1.ConnectionStep StepOf(string name, CxoneAnswer? answer) => new()
    {
        Name = name,
        Ok = answer is null or { Result: CxoneResult.Accepted },
        Reason = answer?.Reason ?? "",
        HttpStatus = answer?.Status ?? 0,
        Body = answer?.Body ?? "",
    };
}
