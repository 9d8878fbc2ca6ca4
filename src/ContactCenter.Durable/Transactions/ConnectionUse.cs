namespace ContactCenter.Durable;

/// <summary>For whom connections are taken.</summary>
public enum ConnectionUse
{
    /// <summary>Work that nobody waits for: it waits for a connection as long as it takes.</summary>
    Background,

    /// <summary>A caller, who waits at most 1 s for a connection (DUR-56).</summary>
    Call,

    /// <summary>An operator, for whom 2 connections are reserved (DUR-56).</summary>
    Operator,
}

/// <summary>No connection to the database was free within 1 s; nothing was changed: <c>RESOURCE_EXHAUSTED</c> / <c>OVERLOADED</c> (DUR-56).</summary>
public sealed class DatabaseBusyException() : Exception("No connection to the database was free in time.");
