namespace EventSourcedAnomaly.Server.Infrastructure.Security;

/// <summary>This silo's share of one limit in the present window.</summary>
internal sealed class RateWindow
{
    private readonly Lock _gate = new();
    private long _start = -1;
    private int _left;
    private int _taken;
    private bool _exhausted;

    /// <summary>Held by whoever fetches the next share.</summary>
    public SemaphoreSlim Refilling { get; } = new(1, 1);

    /// <summary>How much of the window all silos have used, as far as this one knows.</summary>
    public int Used
    {
        get
        {
            lock (_gate)
            {
                return _taken - _left;
            }
        }
    }

    /// <summary>Spends one: true when it was there, false when the window is used up, null when another share is needed to tell.</summary>
    public bool? Spend(long start)
    {
        lock (_gate)
        {
            if (start > _start)
            {
                (_start, _left, _taken, _exhausted) = (start, 0, 0, false);
            }

            if (_left > 0)
            {
                _left--;
                return true;
            }

            return _exhausted ? false : null;
        }
    }

    /// <summary>How much all silos had taken when this one last asked.</summary>
    public int TakenAt(long start)
    {
        lock (_gate)
        {
            return start == _start ? _taken : 0;
        }
    }

    /// <summary>Adds a share; none says that the window is used up.</summary>
    public void Add(long start, int share, int taken)
    {
        lock (_gate)
        {
            if (start == _start)
            {
                (_left, _taken, _exhausted) = (_left + share, taken, share == 0);
            }
        }
    }

    /// <summary>Puts one back.</summary>
    public void GiveBack()
    {
        lock (_gate)
        {
            _left++;
        }
    }

    /// <summary>Whether nobody has asked since a moment.</summary>
    public bool IsOlderThan(long moment)
    {
        lock (_gate)
        {
            return _start < moment;
        }
    }
}
