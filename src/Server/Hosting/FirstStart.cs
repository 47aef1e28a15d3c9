using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.EventLog.Events;
using EventSourcedAnomaly.Server.Security;

namespace EventSourcedAnomaly.Server.Hosting;

/// <summary>Makes sure that there is a way in: the administrator's key, given or generated once.</summary>
internal sealed class FirstStart(ServerSettings settings, Silo silo, ApiKeyViews keys, TimeProvider time)
{
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
    }

    private async Task Issue(string key, CancellationToken ct) =>
        await silo.Grain<ApiKeyGrain>(Principal.SystemTenant, keys.IdOf(key)).Call(
            (grain, token) => grain.Issue(
                new ApiKeyIssued("bootstrap", ApiKeyViews.PrefixOf(key), ApiKey.AllPermissions, [Role.Admin], "internal", time.GetUtcNow(), null), Origin, token),
            ct);
}
