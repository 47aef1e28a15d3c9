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

    /// <summary>What the answer says of the page.</summary>
    public object Describe(long total) => ByPage
        ? new { Page = (Offset / Limit) + 1, Limit, Total = total, Pages = (total + Limit - 1) / Limit }
        : new { Total = total, Limit, Offset, HasNext = Offset + Limit < total, HasPrev = Offset > 0 };
}
