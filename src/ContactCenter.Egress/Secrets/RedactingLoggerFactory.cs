using Microsoft.Extensions.Logging;

namespace ContactCenter.Egress.Secrets;

/// <summary>Masks every log line, its values and its exception before any provider sees them (SEC-4).</summary>
internal sealed class RedactingLoggerFactory(ILoggerFactory inner, Redactor redactor) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new RedactingLogger(inner.CreateLogger(categoryName), redactor);

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose() => inner.Dispose();

    private sealed class RedactingLogger(ILogger inner, Redactor redactor) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!inner.IsEnabled(logLevel))
                return;

            var text = formatter(state, exception);
            var masked = redactor.Text(text);
            var error = exception is null ? null : Masked(exception);
            var values = Masked(state as IReadOnlyList<KeyValuePair<string, object?>>, ref masked);
            if (ReferenceEquals(masked, text) && ReferenceEquals(error, exception) && values is null)
                inner.Log(logLevel, eventId, state, exception, formatter);
            else
                inner.Log(logLevel, eventId, values ?? [new("{OriginalFormat}", masked)], error, (_, _) => masked);
        }

        /// <summary>The values with secrets masked, in the line too; null when none had to be.</summary>
        private List<KeyValuePair<string, object?>>? Masked(IReadOnlyList<KeyValuePair<string, object?>>? values, ref string line)
        {
            List<KeyValuePair<string, object?>>? masked = null;
            for (var i = 0; i < values?.Count; i++)
            {
                if (values[i].Value?.ToString() is not { } text || values[i].Key == "{OriginalFormat}")
                    continue;
                var isSecret = text.Length > 0 && redactor.IsMasked(values[i].Key);
                var clean = isSecret ? Redactor.Mask : redactor.Text(text);
                if (clean == text)
                    continue;
                if (isSecret)
                    line = line.Replace(text, Redactor.Mask, StringComparison.Ordinal);
                masked ??= [.. values];
                masked[i] = new(values[i].Key, clean);
            }

            return masked;
        }

        private Exception Masked(Exception exception)
        {
            var text = exception.ToString();
            var masked = redactor.Text(text);
            return masked == text ? exception : new RedactedException(masked);
        }
    }

    /// <summary>Stands for an exception whose text carried a secret.</summary>
    private sealed class RedactedException(string text) : Exception("The exception's text is masked.")
    {
        public override string ToString() => text;
    }
}
