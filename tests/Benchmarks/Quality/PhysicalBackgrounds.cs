using static EventSourcedAnomaly.Benchmarks.Quality.MachineBackgrounds;

namespace EventSourcedAnomaly.Benchmarks.Quality;

/// <summary>Sensors on machines and in rooms: inertia, drift, thermostats, and planned stops that nobody calls an event.</summary>
internal static class PhysicalBackgrounds
{
    public static IReadOnlyList<Background> All { get; } =
    [
        new("machine sensor", 22_000, 5, MachineSensor),
        new("room sensor", 7_200, 60, RoomSensor),
        new("thermostat", 4_032, 5, Thermostat),
        new("quantised sensor", 4_032, 5, QuantisedSensor),
    ];

    /// <summary>
    /// A wandering temperature with the machine's load in it; in one series of two a planned stop, cooling and warming up.
    /// </summary>
    private static double[] MachineSensor(Backgrounds b, int rows)
    {
        var (level, wander, noise, load) = (b.Between(40, 95), b.Between(0.05, 0.4), b.Ratio(0.05, 1), 0.0);
        var (stopAt, lasts) = (b.OneIn(2) ? b.Whole(0, rows - 1) : rows, b.Whole(50, 300));
        var temperature = level;
        return Rows(rows, i =>
        {
            load = 0.998 * load + wander * b.Normal();
            var target = i >= stopAt && i < stopAt + lasts ? 20 : level + load;
            temperature += 0.05 * (target - temperature);
            return temperature + noise * b.Normal();
        });
    }

    /// <summary>Hourly: the weather of weeks, the day, the working hours' heating.</summary>
    private static double[] RoomSensor(Backgrounds b, int rows)
    {
        var (level, weather, swing, noise, heating) = (b.Between(18, 70), 0.0, b.Between(0.2, 3), b.Ratio(0.05, 0.8), b.Between(0, 2));
        return Rows(rows, i =>
        {
            weather = 0.995 * weather + 0.15 * b.Normal();
            var isWorking = i / 24 % 7 < 5 && i % 24 is >= 7 and < 18;
            return level + weather + swing * Math.Sin(2 * Math.PI * (i % 24 - 9) / 24) + (isWorking ? heating : 0) + noise * b.Normal();
        });
    }

    /// <summary>Falls slowly until the heating starts, and rises: cycles whose length depends on the hour.</summary>
    private static double[] Thermostat(Backgrounds b, int rows)
    {
        var (low, high, noise) = (b.Between(17, 20), b.Between(21, 24), b.Ratio(0.01, 0.2));
        var (rise, fall, temperature, isOn) = (b.Between(0.1, 0.6), b.Between(0.03, 0.2), 20.0, false);
        return Rows(rows, i =>
        {
            isOn = temperature < low || (isOn && temperature < high);
            temperature += isOn ? rise : -fall * (1 + 0.4 * Math.Cos(2 * Math.PI * i / 288));
            return temperature + noise * b.Normal();
        });
    }

    /// <summary>Reads one of a few steps; lingers on each.</summary>
    private static double[] QuantisedSensor(Backgrounds b, int rows)
    {
        var (grain, swing, inertia, level) = (b.Ratio(0.1, 10), b.Between(0, 2), b.Between(0.8, 0.99), b.Whole(5, 200));
        var wander = 0.0;
        return Rows(rows, i =>
        {
            wander = inertia * wander + Math.Sqrt(1 - inertia * inertia) * b.Normal();
            return Grained(grain * (level + wander + swing * Math.Sin(2 * Math.PI * i / 288)), grain);
        });
    }
}
