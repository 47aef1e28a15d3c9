using EventSourcedAnomaly.Server.Infrastructure.Marten;
using Microsoft.AspNetCore.Identity;

namespace EventSourcedAnomaly.Server.Features.Users;

/// <summary>
/// Hashes passwords as ASP.NET Core Identity does (PBKDF2 with HMAC-SHA-512, 100,000 iterations), and checks them in the same
/// time whether there is such a user or not.
/// </summary>
internal sealed class Passwords(SubjectKeys subjects)
{
    private static readonly object Nobody = new();
    private readonly PasswordHasher<object> _hasher = new();
    private readonly Lazy<string> _ofNobody = new(() => new PasswordHasher<object>().HashPassword(Nobody, Guid.NewGuid().ToString()));

    /// <summary>A password's hash, encrypted with the user's key.</summary>
    public Task<PersonalText> Seal(string tenant, string userId, string password, CancellationToken ct) =>
        subjects.Seal(tenant, userId, _hasher.HashPassword(Nobody, password), ct);

    /// <summary>Whether it is the user's password; never for nobody's.</summary>
    public async Task<bool> Check(string tenant, User? user, string password, CancellationToken ct)
    {
        var hash = await subjects.Open(tenant, user?.Password ?? new PersonalText("nobody", string.Empty), ct);
        var prediction = _hasher.VerifyHashedPassword(Nobody, hash ?? _ofNobody.Value, password);
        return hash is not null && user?.IsActive is true && prediction is not PasswordVerificationResult.Failed;
    }
}
