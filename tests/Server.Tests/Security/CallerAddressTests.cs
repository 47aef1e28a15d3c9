using System.Net;

namespace EventSourcedAnomaly.Server.Tests.Security;

/// <summary>Callers without a credential are told apart by their addresses, behind proxies that are trusted too.</summary>
public sealed class CallerAddressTests(ServerFixture server)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Failures_from_one_address_lock_the_name_there_and_nowhere_else()
    {
        await using var silo = await AnotherSilo.Start(await server.FreshDatabase(), ("ESA_TRUSTED_PROXIES", "127.0.0.1"));
        using var http = new HttpClient { BaseAddress = new Uri(silo.Address) };
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await SignIn(http, "198.51.100.7", "wrong"));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await SignIn(http, "198.51.100.7", ServerFixture.AdminPassword));
        Assert.Equal(HttpStatusCode.OK, await SignIn(http, "203.0.113.9", ServerFixture.AdminPassword));
    }

    [Fact]
    public async Task Nobodys_word_is_taken_for_its_address_unless_it_is_a_trusted_proxy()
    {
        await using var silo = await AnotherSilo.Start(await server.FreshDatabase(), ("ESA_TRUSTED_PROXIES", "192.0.2.1"));
        using var http = new HttpClient { BaseAddress = new Uri(silo.Address) };
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await SignIn(http, $"198.51.100.{i}", "wrong"));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await SignIn(http, "198.51.100.99", ServerFixture.AdminPassword));
    }

    private static async Task<HttpStatusCode> SignIn(HttpClient http, string from, string password)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/auth/login")
        {
            Content = new StringContent($$"""{"username":"admin","password":"{{password}}"}""", null, "application/json"),
            Headers = { { "X-Forwarded-For", from } },
        };
        using var answer = await http.SendAsync(request, Ct);
        return answer.StatusCode;
    }
}
