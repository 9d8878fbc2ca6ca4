using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ContactCenter.Sandbox.Twilio;
using ContactCenter.Sandbox.Twilio.Lives;

namespace ContactCenter.Sandbox.Tests.Twilio;

[Rule("INS-4")]
public sealed class TwilioSignatureTests
{
    [Fact]
    public void The_worked_example_has_the_signature_of_the_specification()
    {
        var form = new Dictionary<string, string>
        {
            ["TaskSid"] = "WT00000000000000000000000000000001",
            ["EventType"] = "reservation.completed",
            ["Sid"] = "EV00000000000000000000000000000009",
        };

        Assert.Equal("9LyjyVnrrB9IIcSUHzdwgIL0o4U=", TwilioSignature.Sign("https://insights.example.com/ingest/twilio/taskrouter", form, "12345"));
    }

    [Fact]
    public void The_published_vectors_of_form_requests_come_out()
    {
        var path = ContractData.Require("twilio/x_twilio_signature_vectors.json");
        using var vectors = JsonDocument.Parse(File.ReadAllBytes(path));
        var token = vectors.RootElement.GetProperty("authToken").GetString()!;
        var parameters = vectors.RootElement.GetProperty("parameters").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);
        var asSent = vectors.RootElement.GetProperty("form").EnumerateArray()
            .Where(v => v.GetProperty("valid").GetBoolean() && v.GetProperty("matches").GetString() == "as sent")
            .ToList();

        Assert.NotEmpty(asSent);
        Assert.All(asSent, v => Assert.Equal(
            v.GetProperty("signature").GetString(), TwilioSignature.Sign(v.GetProperty("url").GetString()!, parameters, token)));
    }

    [Fact]
    public async Task Every_callback_of_a_day_verifies_with_an_implementation_in_another_language()
    {
        var callbacks = Traffic.CallbacksOf(TrafficPlan.OfDay(1, new DateOnly(2026, 3, 2), 60));
        const string Script = """
            import base64, hashlib, hmac, sys, urllib.parse
            url, token = sys.argv[1], sys.argv[2]
            good = 0
            for line in sys.stdin:
                signature, body = line.rstrip("\n").split(" ", 1)
                form = urllib.parse.parse_qsl(body, keep_blank_values=True, strict_parsing=True)
                text = url + "".join(name + value for name, value in sorted(form))
                good += base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode() == signature
            print(good)
            """;
        var account = WorkedExamples.Account;
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", Script, account.CallbackUrl, account.AuthToken])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;

        foreach (var callback in callbacks)
            await python.StandardInput.WriteAsync($"{TwilioSignature.Sign(account.CallbackUrl, callback.Form, account.AuthToken)} {Encoding.ASCII.GetString(callback.Body())}\n");
        python.StandardInput.Close();
        var good = await python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.NotEmpty(callbacks);
        Assert.Equal(callbacks.Count, int.Parse(good, CultureInfo.InvariantCulture));
    }
}
