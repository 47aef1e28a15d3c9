using FastEndpoints;

namespace EventSourcedAnomaly.Server.Infrastructure.Http.Binding;

/// <summary>Marks the member that says which page of a list is wanted, in the terms of the path's contract.</summary>
/// <param name="size">How many to a page unless told.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PagedAttribute(int size = 20) : NonJsonBindingAttribute
{
    /// <summary>How many to a page unless told.</summary>
    public int Size => size;
}
