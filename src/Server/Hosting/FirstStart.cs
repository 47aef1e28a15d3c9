using System.Security.Cryptography;
using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Security;
using EventSourcedAnomaly.Server.Users;

namespace EventSourcedAnomaly.Server.Hosting;

/// <summary>Makes sure that there is a way in: the administrator's key and the user <c>admin</c>, given or generated once.</summary>
internal sealed class FirstStart(ServerSettings settings, Silo silo, ApiKeyViews keys, UserNames names, UserDesk users, TimeProvider time)
{
    private const string Administrator = "admin";
    private static readonly Origin Origin = new("system:first_start");

    public async Task Run(CancellationToken ct)
    {
        if (settings.BootstrapApiKey is { } given)
        {
            await Issue(given, ct);
        }
        else if ((await keys.List(Principal.SystemTenant, ct)).Count == 0)
        {
            var generated = ApiKeyViews.Generate();
            await Issue(generated, ct);
            await Console.Out.WriteLineAsync($"admin API key (shown only this once): {generated}");
        }

        await CreateAdministrator(ct);
    }

    private async Task CreateAdministrator(CancellationToken ct)
    {
        if (await names.Find(names.HashOf(Administrator), ct) is not null)
        {
            return;
        }

        var password = settings.AdminPassword ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        await users.Create(
            Principal.SystemTenant, new UserWanted(Administrator, "admin@localhost", password, [Role.Admin], RatePlan.Internal.Name), Origin, ct);
        if (settings.AdminPassword is null)
        {
            await Console.Out.WriteLineAsync($"password of the user {Administrator} (shown only this once): {password}");
        }
    }

    private async Task Issue(string key, CancellationToken ct) =>
        await silo.Grain<ApiKeyGrain>(Principal.SystemTenant, keys.IdOf(key)).Call(
            (grain, token) => grain.Issue(
                new ApiKeyIssued("bootstrap", ApiKeyViews.PrefixOf(key), Scopes.All, [Role.Admin], RatePlan.Internal.Name, time.GetUtcNow(), null), Origin, token),
            ct);
}
