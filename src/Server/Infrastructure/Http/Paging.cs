using System.Text.Json.Serialization;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;

namespace EventSourcedAnomaly.Server.Infrastructure.Http;

/// <summary>A page of a list, asked for as the Reference contract does (page, limit) or as the others do (limit, offset).</summary>
internal readonly record struct Paging(int Limit, int Offset, bool ByPage)
{
    /// <summary>Reads the query parameters of the contract.</summary>
    public static Paging Of(HttpContext http, int otherwise = 20, int max = 1000)
    {
        var byPage = http.ApiContract() == ApiContract.Reference;
        var limit = http.Whole("limit", otherwise, 1, byPage ? Math.Min(max, 100) : max);
        var page = byPage ? http.Whole("page", 1, 1, int.MaxValue / limit) : 1;
        return new Paging(limit, byPage ? (page - 1) * limit : http.Whole("offset", 0, 0, int.MaxValue), byPage);
    }

    /// <summary>The query parameters of a contract, for the API's description.</summary>
    public static IReadOnlyList<(string Name, string Text)> Parameters(ApiContract contract) => contract == ApiContract.Reference
        ? [("page", "The page, from 1."), ("limit", "How many to a page: 20 unless told, at most 100.")]
        : [("limit", "How many at most: 20 unless told, at most 1000."), ("offset", "How many to pass over.")];

    /// <summary>What the answer says of the page.</summary>
    public Pagination Describe(long total) => ByPage
        ? new NumberedPage((Offset / Limit) + 1, Limit, total, (total + Limit - 1) / Limit)
        : new OffsetPage(total, Limit, Offset, Offset + Limit < total, Offset > 0);
}

/// <summary>What an answer says of its page.</summary>
[JsonDerivedType(typeof(NumberedPage))]
[JsonDerivedType(typeof(OffsetPage))]
internal abstract record Pagination;

/// <summary>The Reference contract's.</summary>
internal sealed record NumberedPage(int Page, int Limit, long Total, long Pages) : Pagination;

/// <summary>The Platform contract's.</summary>
internal sealed record OffsetPage(long Total, int Limit, int Offset, bool HasNext, bool HasPrev) : Pagination;
