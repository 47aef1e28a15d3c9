using System.Text.Json.Serialization;
using EventSourcedAnomaly.Server.Infrastructure.Contracts;
using EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;

namespace EventSourcedAnomaly.Server.Infrastructure.Http;

/// <summary>A page of a list, asked for as documents 000 and 004 do (limit, offset) or as 002 does (page, limit).</summary>
internal readonly record struct Paging(int Limit, int Offset, bool ByPage)
{
    /// <summary>Reads the query parameters of the surface.</summary>
    public static Paging Of(HttpContext http, int otherwise = 20, int max = 1000)
    {
        var byPage = http.ApiContract() == ApiContract.Reference;
        var limit = http.Whole("limit", otherwise, 1, byPage ? Math.Min(max, 100) : max);
        var page = byPage ? http.Whole("page", 1, 1, int.MaxValue / limit) : 1;
        return new Paging(limit, byPage ? (page - 1) * limit : http.Whole("offset", 0, 0, int.MaxValue), byPage);
    }

    /// <summary>The query parameters of a surface, for the API's description.</summary>
    public static IReadOnlyList<RequestParameter> Parameters(ApiContract surface) => surface == ApiContract.Reference
        ? [new("page", RequestParameterType.Whole, "The page, from 1."), new("limit", RequestParameterType.Whole, "How many to a page: 20 unless told, at most 100.")]
        : [new("limit", RequestParameterType.Whole, "How many at most: 20 unless told, at most 1000."), new("offset", RequestParameterType.Whole, "How many to pass over.")];

    /// <summary>What the answer says of the page.</summary>
    public Pagination Describe(long total) => ByPage
        ? new NumberedPage((Offset / Limit) + 1, Limit, total, (total + Limit - 1) / Limit)
        : new OffsetPage(total, Limit, Offset, Offset + Limit < total, Offset > 0);
}

/// <summary>What an answer says of its page.</summary>
[JsonDerivedType(typeof(NumberedPage))]
[JsonDerivedType(typeof(OffsetPage))]
internal abstract record Pagination;

/// <summary>Document 002's.</summary>
internal sealed record NumberedPage(int Page, int Limit, long Total, long Pages) : Pagination;

/// <summary>Document 000's.</summary>
internal sealed record OffsetPage(long Total, int Limit, int Offset, bool HasNext, bool HasPrev) : Pagination;
