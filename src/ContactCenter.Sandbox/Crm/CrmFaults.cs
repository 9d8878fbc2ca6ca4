namespace ContactCenter.Sandbox.Crm;

/// <summary>What goes wrong at the CRM, by the number of the request; off until it is switched on.</summary>
public sealed class CrmFaults
{
    private int _requests;

    /// <summary>Every so-manieth request is answered 503 with <c>Retry-After: 1</c>, and nothing is done; 0 for none.</summary>
    public int BusyEvery { get; set; }

    /// <summary>Of every so-manieth request the connection ends without an answer, after all was done; 0 for none.</summary>
    public int LostEvery { get; set; }

    internal (bool Busy, bool Lost) Next()
    {
        var number = Interlocked.Increment(ref _requests);
        return (IsMultiple(number, BusyEvery), IsMultiple(number, LostEvery));
    }

    private static bool IsMultiple(int number, int of) => of > 0 && number % of == 0;
}
