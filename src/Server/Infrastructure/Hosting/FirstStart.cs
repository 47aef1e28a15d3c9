using System.Security.Cryptography;
using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Features.ApiKeys;
using EventSourcedAnomaly.Server.Features.Users;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Infrastructure.Hosting;

/// <summary>Makes sure that there is a way in: the administrator's key and the user <c>admin</c>, given or generated once.</summary>
internal sealed class FirstStart(ServerSettings settings, Silo silo, ApiKeyQueries keys, UserNames names, UserService users, TimeProvider time)
{
    private const string Administrator = "admin";
    private static readonly EventMetadata Metadata = new("system:first_start");

    public async Task Run(CancellationToken ct)
    {
        if (settings.BootstrapApiKey is { } given)
        {
            await Issue(given, ct);
        }
        else if ((await keys.List(Principal.SystemTenant, ct)).Count == 0)
        {
            var generated = ApiKeyQueries.Generate();
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
            Principal.SystemTenant, new UserRegistration(Administrator, "admin@localhost", password, [Role.Admin], RatePlan.Internal.Name), Metadata, ct);
        if (settings.AdminPassword is null)
        {
            await Console.Out.WriteLineAsync($"password of the user {Administrator} (shown only this once): {password}");
        }
    }

    private async Task Issue(string key, CancellationToken ct) =>
        await silo.Grain<ApiKeyGrain>(Principal.SystemTenant, keys.IdOf(key)).Call(
            (grain, token) => grain.Issue(
                new ApiKeyIssued("bootstrap", ApiKeyQueries.PrefixOf(key), Scopes.All, [Role.Admin], RatePlan.Internal.Name, time.GetUtcNow(), null), Metadata, token),
            ct);
}
