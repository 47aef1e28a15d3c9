using System.Net;
using System.Net.Sockets;

namespace EventSourcedAnomaly.Server.Infrastructure.Security;

/// <summary>What tells callers without a credential apart.</summary>
internal static class CallerAddress
{
    /// <summary>An address, or the network of one: whoever has an IPv6 address has all of its /64.</summary>
    public static string Of(IPAddress? address) => address switch
    {
        null => "unknown",
        { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } =>
            $"{new IPAddress([.. address.GetAddressBytes().Take(8), .. new byte[8]])}/64",
        _ => address.MapToIPv4().ToString(),
    };
}
