using System.Reflection;

namespace ContactCenter.Durable;

/// <summary>The migrations of a library with tables of its own; register it as a service and they are applied before the service's.</summary>
/// <param name="Name">Names the set, such as <c>egress</c>.</param>
/// <param name="Assembly">Holds the files as embedded resources <c>…NNNN_name.sql</c>.</param>
public sealed record MigrationSet(string Name, Assembly Assembly);
