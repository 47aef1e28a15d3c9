using EventSourcedAnomaly.Server.Infrastructure.Ledger;
using EventSourcedAnomaly.Server.Infrastructure.Marten;

namespace EventSourcedAnomaly.Server.Features.Audit;

/// <summary>The parts of the feature.</summary>
internal static class AuditModule
{
    public static IServiceCollection AddAudit(this IServiceCollection services) => services
        .AddAggregate<Subject>().AddSingleton<StreamStates>()
        .AddSingleton<ICheckpointSink, CheckpointFile>().AddSingleton<ICheckpointSink, CheckpointWebhook>();
}
