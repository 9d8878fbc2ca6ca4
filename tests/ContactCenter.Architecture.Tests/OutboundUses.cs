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
    // Of these any use counts.
    private static readonly HashSet<string> Types = new(StringComparer.Ordinal)
    {
        "System.Net.WebRequest", "System.Net.HttpWebRequest", "System.Net.FtpWebRequest", "System.Net.WebClient", "System.Net.Dns",
        "System.Net.Quic.QuicConnection", "System.Net.NetworkInformation.Ping", "System.Net.Http.IHttpClientFactory",
    };

    // Of other types these members count.
    private static readonly HashSet<string> Members = new(StringComparer.Ordinal)
    {
        "System.Net.Http.HttpClient..ctor", "System.Net.Http.HttpClientHandler..ctor", "System.Net.Http.SocketsHttpHandler..ctor",
        "System.Net.Http.HttpMessageInvoker..ctor", "System.Net.Http.WinHttpHandler..ctor", "System.Net.Sockets.Socket..ctor",
        "System.Net.Sockets.TcpClient..ctor", "System.Net.Sockets.UdpClient..ctor", "System.Net.Mail.SmtpClient..ctor",
        "System.Net.WebSockets.ClientWebSocket..ctor",
        "Microsoft.Extensions.DependencyInjection.HttpClientFactoryServiceCollectionExtensions.AddHttpClient",
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
        var outbound = TokensOf(metadata);
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

    private static Dictionary<int, string> TokensOf(MetadataReader metadata)
    {
        var members = new Dictionary<int, string>();
        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind != HandleKind.TypeReference)
                continue;
            var parent = metadata.GetTypeReference((TypeReferenceHandle)member.Parent);
            var type = $"{metadata.GetString(parent.Namespace)}.{metadata.GetString(parent.Name)}";
            var name = $"{type}.{metadata.GetString(member.Name)}";
            if (Types.Contains(type) || Members.Contains(name))
                members[MetadataTokens.GetToken(handle)] = name;
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
