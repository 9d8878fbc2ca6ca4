using System.Text;

namespace ContactCenter.Testing;

/// <summary>Makes and deletes virtual hosts in a RabbitMQ server of <c>tests/servers</c>, by its management interface.</summary>
internal static class VirtualHosts
{
    private const int ManagementDistance = 10_000;

    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Makes an empty virtual host, which the user of its connection string may then use.</summary>
    public static Task CreateAsync(string connectionString, CancellationToken cancellationToken) => SendAsync(HttpMethod.Put, connectionString, cancellationToken);

    /// <summary>Deletes a virtual host with all its queues and closes the connections to it.</summary>
    public static Task DeleteAsync(string connectionString, CancellationToken cancellationToken) => SendAsync(HttpMethod.Delete, connectionString, cancellationToken);

    private static async Task SendAsync(HttpMethod method, string connectionString, CancellationToken cancellationToken)
    {
        var uri = new Uri(connectionString);
        using var request = new HttpRequestMessage(method, $"http://{uri.Host}:{uri.Port + ManagementDistance}/api/vhosts{uri.AbsolutePath}");
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(uri.UserInfo)));
        using var answer = await Http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }
}
