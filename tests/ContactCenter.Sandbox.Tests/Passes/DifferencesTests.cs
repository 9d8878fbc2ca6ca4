using ContactCenter.Sandbox.Passes;

namespace ContactCenter.Sandbox.Tests.Passes;

public sealed class DifferencesTests
{
    private sealed record Fact(string Name, int Value);

    [Fact]
    public void Equal_sets_in_any_order_do_not_differ()
    {
        var differences = Differences.Between("Facts", [new Fact("a", 1), new Fact("b", 2)], [new Fact("b", 2), new Fact("a", 1)]);

        Assert.True(differences.None);
        Assert.Empty(differences.Lines());
    }

    [Fact]
    public void A_wrong_value_is_one_missing_and_one_unexpected_entry()
    {
        var differences = Differences.Between("Facts", [new Fact("a", 1), new Fact("b", 2)], [new Fact("a", 1), new Fact("b", 3)]);

        Assert.False(differences.None);
        Assert.Equal(["""missing    {"Name":"b","Value":2}""", """unexpected {"Name":"b","Value":3}"""], differences.Lines());
    }

    [Theory]
    [InlineData(1, 2, 0, 1)]
    [InlineData(2, 1, 1, 0)]
    [InlineData(0, 2, 0, 2)]
    [InlineData(2, 2, 0, 0)]
    public void An_entry_counts_as_often_as_it_is_there(int truth, int shown, int missing, int unexpected)
    {
        var differences = Differences.Between("Facts", Enumerable.Repeat("x", truth), Enumerable.Repeat("x", shown));

        Assert.Equal(unexpected, differences.Unexpected.Count);
        Assert.Equal(missing, differences.Missing.Count);
    }
}
