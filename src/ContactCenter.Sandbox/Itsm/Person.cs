using System.Globalization;

namespace ContactCenter.Sandbox.Itsm;

/// <summary>Someone whom tickets concern.</summary>
/// <param name="Id">Identity in the suite's directory.</param>
/// <param name="Name">First name.</param>
/// <param name="Mail">E-mail address; empty for none.</param>
/// <param name="Phone">Telephone number; empty for none.</param>
/// <param name="HasRcs">Whether RCS reaches the telephone.</param>
public sealed record Person(string Id, string Name, string Mail, string Phone, bool HasRcs)
{
    /// <summary>Id of the group of the desk.</summary>
    public const string DeskId = "sandbox-desk";

    /// <summary>Name of the group of the desk.</summary>
    public const string DeskName = "Sandbox desk";

    private const int Ordinary = 10;

    /// <summary>Everybody; who can be told by either channel comes first.</summary>
    public static IReadOnlyList<Person> All { get; } =
    [
        .. Enumerable.Range(1, Ordinary).Select(number => Of(number)),
        Of(11) with { HasRcs = false },
        Of(12) with { Phone = "", HasRcs = false },
        Of(13) with { Phone = "", Mail = "", HasRcs = false },
    ];

    /// <summary>Those with RCS and e-mail.</summary>
    public static IReadOnlyList<Person> Reachable { get; } = [.. All.Take(Ordinary)];

    /// <summary>Someone whom RCS does not reach.</summary>
    public static Person WithoutRcs => All[Ordinary];

    /// <summary>Someone without a telephone.</summary>
    public static Person WithoutPhone => All[Ordinary + 1];

    /// <summary>Someone without any address.</summary>
    public static Person WithoutAddress => All[Ordinary + 2];

    /// <summary>The members of the desk, which is a group.</summary>
    public static IReadOnlyList<Person> Desk { get; } = [.. All.Take(3)];

    private static Person Of(int number)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"sandbox-{number:00}");
        return new(id, string.Create(CultureInfo.InvariantCulture, $"Person {number}"), $"{id}@sandbox.example", string.Create(CultureInfo.InvariantCulture, $"+1555010{number:00}00"), HasRcs: true);
    }
}
