using EventSourcedAnomaly.Server.OpenApi;

namespace EventSourcedAnomaly.Server.Surfaces;

/// <summary>A page of a list, asked for as documents 000 and 004 do (limit, offset) or as 002 does (page, limit).</summary>
internal readonly record struct Paging(int Limit, int Offset, bool ByPage)
{
    /// <summary>Reads the query parameters of the surface.</summary>
    public static Paging Of(HttpContext http, int otherwise = 20, int max = 1000)
    {
        var byPage = http.Surface() == Surface.Reference;
        var limit = http.Whole("limit", otherwise, 1, byPage ? Math.Min(max, 100) : max);
        var page = byPage ? http.Whole("page", 1, 1, int.MaxValue / limit) : 1;
        return new Paging(limit, byPage ? (page - 1) * limit : http.Whole("offset", 0, 0, int.MaxValue), byPage);
    }

    /// <summary>The query parameters of a surface, for the API's description.</summary>
    public static IReadOnlyList<RequestParameter> Parameters(Surface surface) => surface == Surface.Reference
        ? [new("page", RequestParameterType.Whole, "The page, from 1."), new("limit", RequestParameterType.Whole, "How many to a page: 20 unless told, at most 100.")]
        : [new("limit", RequestParameterType.Whole, "How many at most: 20 unless told, at most 1000."), new("offset", RequestParameterType.Whole, "How many to pass over.")];

    /// <summary>What the answer says of the page.</summary>
    public object Describe(long total) => ByPage
        ? new { Page = (Offset / Limit) + 1, Limit, Total = total, Pages = (total + Limit - 1) / Limit }
        : new { Total = total, Limit, Offset, HasNext = Offset + Limit < total, HasPrev = Offset > 0 };
}
