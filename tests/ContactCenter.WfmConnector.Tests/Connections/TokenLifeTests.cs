using ContactCenter.WfmConnector.Connections;

namespace ContactCenter.WfmConnector.Tests.Connections;

public sealed class TokenLifeTests
{
    [Theory]
    [InlineData(3_600, 3_210, 3_240)]
    [InlineData(90, 22.5, 45)]
    [InlineData(300, 210, 240)]
    [Rule("WFM-9")]
    public void A_token_is_renewed_well_before_its_end_and_not_too_soon(double lifetime, double earliest, double latest)
    {
        Assert.Equal(latest, TokenLife.RenewalAge(TimeSpan.FromSeconds(lifetime), 0).TotalSeconds);
        Assert.Equal(earliest, TokenLife.RenewalAge(TimeSpan.FromSeconds(lifetime), 1).TotalSeconds);
        Assert.Equal(TimeSpan.FromSeconds(300), TokenLife.Assumed);
    }
}
