using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Running;

/// <summary>
/// Says one thing to a server and compares the beginning of its answer. To connect is not enough: the port of a container
/// takes connections before the server inside does.
/// </summary>
internal sealed class DialogueHealthCheck(EndpointReference endpoint, IValueProvider question, byte[] answer) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken);
            var stream = client.GetStream();
            await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes((await question.GetValueAsync(cancellationToken))!), cancellationToken);
            var received = new byte[answer.Length];
            await stream.ReadExactlyAsync(received, cancellationToken);
            return received.AsSpan().SequenceEqual(answer)
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"The server at {endpoint.Url} gives an unexpected answer.");
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return HealthCheckResult.Unhealthy($"No server answers at {endpoint.Url}.");
        }
    }
}

/// <summary>Adds the check to a container.</summary>
internal static class DialogueHealthCheckExtensions
{
    /// <summary>The container is healthy when its server answers.</summary>
    /// <param name="builder">The container.</param>
    /// <param name="question">What is said, in Latin-1.</param>
    /// <param name="answer">What the answer begins with.</param>
    public static IResourceBuilder<T> WithDialogueCheck<T>(this IResourceBuilder<T> builder, ReferenceExpression question, byte[] answer)
        where T : ContainerResource
    {
        var key = $"{builder.Resource.Name}_check";
        builder.ApplicationBuilder.Services.AddHealthChecks().AddCheck(key, new DialogueHealthCheck(builder.GetEndpoint("tcp"), question, answer));
        return builder.WithHealthCheck(key);
    }
}
