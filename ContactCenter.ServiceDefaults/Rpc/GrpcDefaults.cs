using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ContactCenter.ServiceDefaults.Rpc;

/// <summary>What every gRPC server here does alike.</summary>
internal static class GrpcDefaults
{
    /// <summary>The deadline of a call that brings none (DUR-58).</summary>
    private const string DefaultTimeout = "30S";

    public static void AddGrpcDefaults(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<FailureInterceptor>();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = ServiceDefaultsExtensions.MaxMessageBytes;
            grpc.MaxSendMessageSize = ServiceDefaultsExtensions.MaxMessageBytes;
            grpc.EnableDetailedErrors = builder.Environment.IsDevelopment();
            grpc.Interceptors.Add<FailureInterceptor>();
        });
        builder.Services.AddGrpcHealthChecks();
        if (builder.Environment.IsDevelopment())
            builder.Services.AddGrpcReflection();
    }

    public static void UseGrpcRequestDefaults(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is { Method.Type: var type })
        {
            // The message size limits a call, not the sum of a stream's messages and their prefixes.
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
                body.MaxRequestBodySize = null;
            // A caller that watches for changes stays as long as it likes; whoever waits for one answer does not.
            if (type is MethodType.Unary or MethodType.ClientStreaming)
                context.Request.Headers.TryAdd("grpc-timeout", DefaultTimeout);
        }
        return next(context);
    });

    public static void MapGrpcDefaults(this WebApplication app)
    {
        app.MapGrpcHealthChecksService().AllowAnonymous();
        if (app.Environment.IsDevelopment())
            app.MapGrpcReflectionService().AllowAnonymous();
    }
}
