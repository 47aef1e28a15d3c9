using System.Net;
using System.Net.Sockets;
using EventSourcedAnomaly.Server.Infrastructure.Hosting;

namespace EventSourcedAnomaly.Server.Features.Webhooks;

/// <summary>
/// Keeps requests that tenants ask for out of the networks that the server stands in: only addresses of the public Internet are
/// connected to, and those that the operator lists. A name is resolved when it is connected to, so that it cannot mean one
/// address when it is checked and another when it is used.
/// </summary>
/// <param name="hosts">Names that may stand for any address.</param>
/// <param name="networks">Networks that may be connected to, private or not.</param>
internal sealed class OutwardAddresses(IReadOnlyCollection<string> hosts, IReadOnlyCollection<IPNetwork> networks)
{
    // The special-purpose registries of IANA (RFC 6890 and its successors), multicast, what stands for IPv4 within IPv6, and
    // Azure's host, whose address looks public.
    private static readonly IReadOnlyList<IPNetwork> Closed =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12",
                "192.0.0.0/24", "192.0.2.0/24",
            "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4",
            "240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
            "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10",
            "fec0::/10", "ff00::/8",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    /// <summary>Reads hosts and networks, separated by commas.</summary>
    public static OutwardAddresses Parse(string name, string? text)
    {
        var (hosts, networks) = (new HashSet<string>(StringComparer.OrdinalIgnoreCase), new List<IPNetwork>());
        foreach (var part in (text ?? string.Empty).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPNetwork.TryParse(part, out var network))
            {
                networks.Add(network);
            }
            else if (IPAddress.TryParse(part, out var address))
            {
                networks.Add(new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
            }
            else if (Uri.CheckHostName(part) == UriHostNameType.Dns)
            {
                hosts.Add(part);
            }
            else
            {
                throw new SettingException(
                    $"{name}: expected host names, addresses or networks such as 10.0.0.0/8, separated by commas, got '{part}'.");
            }
        }

        return new OutwardAddresses(hosts, networks);
    }

    /// <summary>Whether an address may be connected to.</summary>
    public bool Permits(IPAddress address)
    {
        var meant = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return networks.Any(network => network.Contains(meant)) || !Closed.Any(network => network.Contains(meant));
    }

    /// <summary>
    /// Whether a host may be written in an address; whether its name leads somewhere else is seen when it is connected to.
    /// </summary>
    public bool PermitsHost(string host)
    {
        var name = host.Trim('[', ']').TrimEnd('.');
        if (hosts.Contains(name))
        {
            return true;
        }

        return IPAddress.TryParse(name, out var address)
            ? Permits(address)
            : !name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                && !name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Connects to what a name stands for now, as far as it may.</summary>
    /// <exception cref="AddressRefusedException">It stands for nothing that may be connected to.</exception>
    public async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var found = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, ct);
        var permitted = hosts.Contains(host.TrimEnd('.')) ? found : [.. found.Where(Permits)];
        if (permitted.Length == 0)
        {
            throw new AddressRefusedException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(permitted, port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>An address that must not be connected to.</summary>
internal sealed class AddressRefusedException() : Exception("The address is not one of the public Internet.");
