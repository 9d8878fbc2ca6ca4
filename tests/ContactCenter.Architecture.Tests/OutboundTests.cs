using System.Net;
using System.Net.Mail;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace ContactCenter.Architecture.Tests;

/// <summary>What opens a connection stands in Egress alone; read from the built assemblies, so that no way of writing it hides it.</summary>
public sealed class OutboundTests
{
    // Each with its reason; everything that is not listed here goes through Egress.
    private static readonly string[] Exceptions =
    [
        "ContactCenter.Egress: it is the way out",
        "ContactCenter.ServiceDefaults/ContactCenter.ServiceDefaults.ServiceClientExtensions: gRPC to our own services",
        "ContactCenter.Sandbox: plays the third parties of a development machine",
        "ContactCenter.AppHost: asks the servers of a development machine whether they answer",
    ];

    [Fact]
    [Rule("EGR-1")]
    public void Nothing_but_Egress_makes_a_client_handler_socket_or_web_request()
    {
        var found = from project in Repository.Projects
                    where !project.IsTest && !project.Name.Contains("Polyfills", StringComparison.Ordinal)
                    from use in OutboundUses.In(OutboundUses.BuiltAssembly(project))
                    let place = $"{project.Name}/{use.Type}"
                    where !Exceptions.Any(exception => place.StartsWith(exception.Split(':')[0], StringComparison.Ordinal))
                    select $"{place}.{use.Method} uses {use.Member}";

        Assert.True(!found.Any(), string.Join(Environment.NewLine, found));
    }

    [Fact]
    [Rule("EGR-1")]
    public void What_Egress_itself_does_is_found()
    {
        var egress = OutboundUses.In(OutboundUses.BuiltAssembly(Repository.Projects.Single(project => project.Name == "ContactCenter.Egress")));

        Assert.Contains(egress, use => use.Member == "System.Net.Sockets.Socket..ctor" && use.Type.EndsWith("EgressConnector", StringComparison.Ordinal));
        Assert.Contains(egress, use => use.Member == "System.Net.Http.SocketsHttpHandler..ctor");
    }

    [Fact]
    [Rule("EGR-1")]
    public void Every_way_out_that_somebody_may_think_of_is_found()
    {
        var found = OutboundUses.In(typeof(OutboundTests).Assembly.Location).Where(use => use.Type.EndsWith(nameof(OutboundTests), StringComparison.Ordinal));

        Assert.Equal(
            [
                "Microsoft.Extensions.DependencyInjection.HttpClientFactoryServiceCollectionExtensions.AddHttpClient", "System.Net.Dns.GetHostAddresses", "System.Net.Http.HttpClient..ctor", "System.Net.Http.HttpClientHandler..ctor",
                "System.Net.Http.HttpMessageInvoker..ctor", "System.Net.Http.SocketsHttpHandler..ctor", "System.Net.Mail.SmtpClient..ctor",
                "System.Net.Sockets.Socket..ctor", "System.Net.Sockets.TcpClient..ctor", "System.Net.Sockets.UdpClient..ctor",
                "System.Net.WebRequest.Create", "System.Net.WebSockets.ClientWebSocket..ctor",
            ],
            found.Select(use => use.Member).Distinct().Order(StringComparer.Ordinal));
    }

#pragma warning disable SYSLIB0014 // Obsolete, which keeps nobody from using it.
    /// <summary>Never called: what a careless service would write.</summary>
    internal static IEnumerable<object> WaysOut()
    {
        yield return new HttpClient();
        yield return new HttpClientHandler();
        yield return new SocketsHttpHandler();
        yield return new HttpMessageInvoker(new SocketsHttpHandler());
        yield return new Socket(SocketType.Stream, ProtocolType.Tcp);
        yield return new TcpClient("localhost", 1);
        yield return new UdpClient();
        yield return new SmtpClient();
        yield return WebRequest.Create("https://localhost/");
        yield return new System.Net.WebSockets.ClientWebSocket();
        yield return Dns.GetHostAddresses("localhost");
        yield return new ServiceCollection().AddHttpClient<HttpClient>();
    }
#pragma warning restore SYSLIB0014
}
