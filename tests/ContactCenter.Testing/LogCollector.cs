using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ContactCenter.Testing;

/// <summary>One line that the code under test has logged.</summary>
/// <param name="Category">Name of its logger.</param>
/// <param name="Level">Its level.</param>
/// <param name="Message">The formatted text.</param>
/// <param name="Exception">The exception logged with it, or null.</param>
public sealed record LogLine(string Category, LogLevel Level, string Message, Exception? Exception);

/// <summary>Keeps all that is logged: <c>builder.Logging.AddProvider(logs)</c>, or <c>logs.CreateLogger&lt;T&gt;()</c>.</summary>
public sealed class LogCollector : ILoggerProvider, ILoggerFactory
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    /// <summary>The lines so far, oldest first.</summary>
    public IReadOnlyList<LogLine> Lines => [.. _lines];

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new CollectingLogger(categoryName, _lines);

    /// <inheritdoc />
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("Lines are collected here only.");

    /// <inheritdoc />
    public void Dispose()
    {
    }

    private sealed class CollectingLogger(string category, ConcurrentQueue<LogLine> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(new LogLine(category, logLevel, formatter(state, exception), exception));
    }
}
