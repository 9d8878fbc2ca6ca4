using ContactCenter.Egress.Http;
using Google.Protobuf.WellKnownTypes;
using Settings = ContactCenter.Egress.Destinations.DestinationSettings;

namespace ContactCenter.Operations;

public sealed partial class OperationsService
{
    // What is not given keeps the default of a new record.
    private static Settings SettingsOf(V1.DestinationSettings message)
    {
        var defaults = new Settings();
        return new()
        {
            MaxConcurrent = message.MaxConcurrent == 0 ? defaults.MaxConcurrent : message.MaxConcurrent,
            Rate = message.Rate is null ? defaults.Rate : RateOf(message.Rate, defaults.Rate),
            Breaker = message.Breaker is null ? defaults.Breaker : BreakerOf(message.Breaker, defaults.Breaker),
            Timeouts = message.Timeouts is null ? defaults.Timeouts : TimeoutsOf(message.Timeouts, defaults.Timeouts),
            Tls = new()
            {
                PrivateCa = message.Tls?.PrivateCa ?? "",
                ClientCertificate = message.Tls?.ClientCertificate ?? "",
                ClientKey = message.Tls?.ClientKey ?? "",
            },
            SendTraceContext = message.SendTraceContext,
        };
    }

    private static RateLimit RateOf(V1.RateLimit message, RateLimit defaults) => new()
    {
        PerSecond = message.PerSecond == 0 ? defaults.PerSecond : message.PerSecond,
        Burst = message.Burst == 0 ? defaults.Burst : message.Burst,
        DayBudget = message.HasDayBudget ? message.DayBudget : null,
        BudgetZone = Given(message.BudgetZone) ?? defaults.BudgetZone,
    };

    private static BreakerSettings BreakerOf(V1.BreakerSettings message, BreakerSettings defaults) => new()
    {
        Window = SpanOf(message.Window, "settings.breaker.window") ?? defaults.Window,
        FailureRatio = message.FailureRatio == 0 ? defaults.FailureRatio : message.FailureRatio,
        MinAttempts = message.MinAttempts == 0 ? defaults.MinAttempts : message.MinAttempts,
        Open = SpanOf(message.Open, "settings.breaker.open") ?? defaults.Open,
        MaxOpen = SpanOf(message.MaxOpen, "settings.breaker.max_open") ?? defaults.MaxOpen,
        SuccessesToClose = message.SuccessesToClose == 0 ? defaults.SuccessesToClose : message.SuccessesToClose,
    };

    private static EgressTimeouts TimeoutsOf(V1.CallTimeouts message, EgressTimeouts defaults) => new()
    {
        Connect = SpanOf(message.Connect, "settings.timeouts.connect") ?? defaults.Connect,
        Tls = SpanOf(message.Tls, "settings.timeouts.tls") ?? defaults.Tls,
        Headers = SpanOf(message.Headers, "settings.timeouts.headers") ?? defaults.Headers,
        Silence = SpanOf(message.Silence, "settings.timeouts.silence") ?? defaults.Silence,
        Whole = SpanOf(message.Whole, "settings.timeouts.whole"),
    };

    private static V1.DestinationSettings MessageOf(Settings settings)
    {
        var message = new V1.DestinationSettings
        {
            MaxConcurrent = settings.MaxConcurrent,
            Rate = new() { PerSecond = settings.Rate.PerSecond, Burst = settings.Rate.Burst, BudgetZone = settings.Rate.BudgetZone },
            Breaker = new()
            {
                Window = settings.Breaker.Window.ToDuration(),
                FailureRatio = settings.Breaker.FailureRatio,
                MinAttempts = settings.Breaker.MinAttempts,
                Open = settings.Breaker.Open.ToDuration(),
                MaxOpen = settings.Breaker.MaxOpen.ToDuration(),
                SuccessesToClose = settings.Breaker.SuccessesToClose,
            },
            Timeouts = new()
            {
                Connect = settings.Timeouts.Connect.ToDuration(),
                Tls = settings.Timeouts.Tls.ToDuration(),
                Headers = settings.Timeouts.Headers.ToDuration(),
                Silence = settings.Timeouts.Silence.ToDuration(),
                Whole = settings.Timeouts.Whole?.ToDuration(),
            },
            Tls = new() { PrivateCa = settings.Tls.PrivateCa, ClientCertificate = settings.Tls.ClientCertificate },
            SendTraceContext = settings.SendTraceContext,
        };
        if (settings.Rate.DayBudget is { } budget)
            message.Rate.DayBudget = budget;
        return message;
    }
}
