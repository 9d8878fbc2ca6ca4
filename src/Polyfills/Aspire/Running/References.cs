using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

/// <summary>What resources and values are made of.</summary>
internal static class References
{
    /// <summary>Whether a value must not be shown: it is a secret, or one is in it.</summary>
    public static bool IsSecret(object value) => value switch
    {
        ParameterResource parameter => parameter.Secret,
        ConfiguredConnectionString => true,
        // An address is none, whatever the connection string of the resource it belongs to holds.
        EndpointReference or EndpointReferenceExpression => false,
        IResourceWithConnectionString resource => IsSecret(resource.ConnectionStringExpression),
        IValueWithReferences made => made.References.Any(IsSecret),
        _ => false,
    };

    /// <summary>The resources that a resource waits for: those it says, its parent, and those its connection string is made of.</summary>
    public static IEnumerable<WaitAnnotation> Waits(IResource resource)
    {
        var implied = resource switch
        {
            IResourceWithParent child => [child.Parent],
            ConnectionStringResource text => Resources(text.ConnectionStringExpression),
            _ => [],
        };
        return resource.Annotations.OfType<WaitAnnotation>()
            .Concat(implied.Select(other => new WaitAnnotation(other, WaitType.WaitUntilHealthy)));
    }

    /// <summary>The resources that a resource uses while it runs.</summary>
    public static IEnumerable<IResource> Uses(IResource resource) =>
        Waits(resource).Select(wait => wait.Resource)
            .Concat(resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(relationship => relationship.Resource))
            .Where(other => other is not ParameterResource)
            .Distinct();

    private static IEnumerable<IResource> Resources(object value) => value switch
    {
        ParameterResource => [],
        IResource resource => [resource],
        IValueWithReferences made => made.References.SelectMany(Resources).Distinct(),
        _ => [],
    };
}
