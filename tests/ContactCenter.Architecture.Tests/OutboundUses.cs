using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace ContactCenter.Architecture.Tests;

/// <summary>A call of something that opens a connection.</summary>
/// <param name="Type">Full name of the outermost type around the call.</param>
/// <param name="Method">The method, as the compiler names it.</param>
/// <param name="Member">What is called.</param>
internal sealed record OutboundUse(string Type, string Method, string Member);

/// <summary>Finds such calls in an assembly's metadata and code.</summary>
internal static class OutboundUses
{
    private const string Constructor = ".ctor";

    // Of the first any use counts, of the others their construction.
    private static readonly HashSet<string> Types = new(StringComparer.Ordinal)
    {
        "System.Net.WebRequest", "System.Net.HttpWebRequest", "System.Net.FtpWebRequest", "System.Net.WebClient", "System.Net.Dns",
        "System.Net.Quic.QuicConnection", "System.Net.NetworkInformation.Ping", "System.Net.Http.IHttpClientFactory",
        "Microsoft.Extensions.DependencyInjection.HttpClientFactoryServiceCollectionExtensions",
    };

    private static readonly HashSet<string> Constructed = new(StringComparer.Ordinal)
    {
        "System.Net.Http.HttpClient", "System.Net.Http.HttpClientHandler", "System.Net.Http.SocketsHttpHandler",
        "System.Net.Http.HttpMessageInvoker", "System.Net.Http.WinHttpHandler", "System.Net.Sockets.Socket",
        "System.Net.Sockets.TcpClient", "System.Net.Sockets.UdpClient", "System.Net.Mail.SmtpClient",
        "System.Net.WebSockets.ClientWebSocket",
    };

    /// <summary>The project's assembly, built in the configuration of this test.</summary>
    public static string BuiltAssembly(Project project)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var path = Path.Combine(
            Repository.Root, Path.GetDirectoryName(project.Path)!, "bin", output.Parent!.Name, output.Name, project.Name + ".dll");
        Assert.True(File.Exists(path), $"{path} is not built.");
        return path;
    }

    /// <summary>All such calls.</summary>
    public static IReadOnlyList<OutboundUse> In(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        var outbound = Members(metadata);
        var uses = new List<OutboundUse>();
        foreach (var handle in metadata.MethodDefinitions)
        {
            var method = metadata.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress == 0)
                continue;
            var code = file.GetMethodBody(method.RelativeVirtualAddress).GetILContent();
            for (var at = 0; at + 4 < code.Length; at++)
            {
                // newobj, call, callvirt, ldftn's second byte; what follows is a token.
                if (code[at] is 0x73 or 0x28 or 0x6F or 0x06 && outbound.TryGetValue(BitConverter.ToInt32(code.AsSpan().Slice(at + 1, 4)), out var member))
                    uses.Add(new OutboundUse(OutermostType(metadata, method.GetDeclaringType()), metadata.GetString(method.Name), member));
            }
        }

        return uses;
    }

    private static Dictionary<int, string> Members(MetadataReader metadata)
    {
        var members = new Dictionary<int, string>();
        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind != HandleKind.TypeReference)
                continue;
            var parent = metadata.GetTypeReference((TypeReferenceHandle)member.Parent);
            var (type, name) = ($"{metadata.GetString(parent.Namespace)}.{metadata.GetString(parent.Name)}", metadata.GetString(member.Name));
            if (Types.Contains(type) || (name == Constructor && Constructed.Contains(type)))
                members[MetadataTokens.GetToken(handle)] = $"{type}.{name}";
        }

        // A generic method such as AddHttpClient<T> is called by its specification.
        for (var row = 1; row <= metadata.GetTableRowCount(TableIndex.MethodSpec); row++)
        {
            var specification = MetadataTokens.MethodSpecificationHandle(row);
            if (members.TryGetValue(MetadataTokens.GetToken(metadata.GetMethodSpecification(specification).Method), out var name))
                members[MetadataTokens.GetToken(specification)] = name;
        }

        return members;
    }

    private static string OutermostType(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        var type = metadata.GetTypeDefinition(handle);
        while (!type.GetDeclaringType().IsNil)
            type = metadata.GetTypeDefinition(type.GetDeclaringType());
        return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
    }
}
