namespace EventSourcedAnomaly.Server.Features.Users;

/// <summary>One user.</summary>
[Alias("esa.User")]
public interface IUserGrain : IGrainWithStringKey
{
    [Alias("Create")]
    Task<long> Create(UserCreated wanted, CancellationToken ct);

    [Alias("Change")]
    Task<long> Change(UserChange change, CancellationToken ct);

    [Alias("Delete")]
    Task<long> Delete(CancellationToken ct);
}
