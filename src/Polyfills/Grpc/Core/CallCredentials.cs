namespace Grpc.Core;

/// <summary>Adds metadata that prove who calls.</summary>
/// <param name="context">The call.</param>
/// <param name="metadata">The metadata to add to.</param>
/// <returns>Ends when all is added.</returns>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);

/// <summary>The call that metadata are asked for.</summary>
public class AuthInterceptorContext
{
    /// <summary>Creates a context.</summary>
    /// <param name="serviceUrl">The URL of the service, without the method.</param>
    /// <param name="methodName">The method's own name.</param>
    public AuthInterceptorContext(string serviceUrl, string methodName)
        : this(serviceUrl, methodName, CancellationToken.None)
    {
    }

    /// <summary>Creates a context.</summary>
    /// <param name="serviceUrl">The URL of the service, without the method.</param>
    /// <param name="methodName">The method's own name.</param>
    /// <param name="cancellationToken">Fires when the call is given up.</param>
    public AuthInterceptorContext(string serviceUrl, string methodName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(serviceUrl);
        ArgumentNullException.ThrowIfNull(methodName);
        ServiceUrl = serviceUrl;
        MethodName = methodName;
        CancellationToken = cancellationToken;
    }

    /// <summary>The URL of the service, without the method.</summary>
    public string ServiceUrl { get; }

    /// <summary>The method's own name.</summary>
    public string MethodName { get; }

    /// <summary>Fires when the call is given up.</summary>
    public CancellationToken CancellationToken { get; }
}

/// <summary>Proof of who calls, sent as metadata with every call.</summary>
public abstract class CallCredentials
{
    /// <summary>Proof that a function adds.</summary>
    /// <param name="interceptor">The function.</param>
    /// <returns>The credentials.</returns>
    public static CallCredentials FromInterceptor(AsyncAuthInterceptor interceptor)
    {
        ArgumentNullException.ThrowIfNull(interceptor);
        return new InterceptorCredentials([interceptor]);
    }

    /// <summary>Several proofs, added one after the other.</summary>
    /// <param name="credentials">The proofs; at least two.</param>
    /// <returns>The credentials.</returns>
    public static CallCredentials Compose(params CallCredentials[] credentials)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(credentials.Length, 2, nameof(credentials));
        return new InterceptorCredentials([.. credentials.SelectMany(c => c.Interceptors)]);
    }

    /// <summary>The functions that add the metadata, in order.</summary>
    internal abstract IReadOnlyList<AsyncAuthInterceptor> Interceptors { get; }

    private sealed class InterceptorCredentials(IReadOnlyList<AsyncAuthInterceptor> interceptors) : CallCredentials
    {
        internal override IReadOnlyList<AsyncAuthInterceptor> Interceptors => interceptors;
    }
}
