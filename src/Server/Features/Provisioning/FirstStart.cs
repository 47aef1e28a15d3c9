using System.Security.Cryptography;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.ApiKeys;
using EventSourcedAnomaly.Server.Features.Users;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Provisioning;

/// <summary>
/// Makes sure that there is a way in before requests are served: the administrator's key and the user <c>admin</c>, given or generated
/// once.
/// </summary>
internal sealed class FirstStart(
    ServerSettings settings, IGrainFactory grains, ApiKeyQueries keys, UserNames names, UserService users,
    TimeProvider time) : IHostedService
{
    private const string Administrator = "admin";
    private static readonly EventMetadata Metadata = new("system:first_start");

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        RequestMetadata.Set(Metadata);
        var isFirst = !await keys.Any(Principal.SystemTenant, cancellationToken);
        if (settings.BootstrapApiKey is { } given)
        {
            await Issue(given, cancellationToken);
        }
        else if (isFirst)
        {
            var generated = ApiKeyQueries.Generate();
            await Issue(generated, cancellationToken);
            await Console.Out.WriteLineAsync($"admin API key (shown only this once): {generated}");
        }

        // Whoever deletes this user later means it.
        if (isFirst)
        {
            await CreateAdministrator(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task CreateAdministrator(CancellationToken ct)
    {
        if (await names.Find(names.HashOf(Administrator), ct) is not null)
        {
            return;
        }

        var password = settings.AdminPassword ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        await users.Create(
            Principal.SystemTenant, new UserRegistration(Administrator, "admin@localhost", password, [Role.Admin], RatePlan.Internal.Name),
            ct);
        if (settings.AdminPassword is null)
        {
            await Console.Out.WriteLineAsync($"password of the user {Administrator} (shown only this once): {password}");
        }
    }

    private async Task Issue(string key, CancellationToken ct) =>
        await grains.Of<IApiKeyGrain>(Principal.SystemTenant, keys.IdOf(key)).Issue(
                new ApiKeyIssued("bootstrap", ApiKeyQueries.PrefixOf(key), Scopes.All, [Role.Admin], RatePlan.Internal.Name,
                    time.GetUtcNow(), null), ct);
}
