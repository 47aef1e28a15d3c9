using System.Runtime.InteropServices;

namespace EventSourcedAnomaly.Detection.Onnx.Runtime;

/// <summary>
/// The part of ONNX Runtime's C API that is used here. <c>OrtApi</c> is a table of functions that only ever grows at its end
/// (onnxruntime_c_api.h), so a function is known by its place in it.
/// </summary>
internal static unsafe class OnnxRuntimeApi
{
    /// <summary>The oldest version of the table that has all that is used, so that newer libraries serve as well.</summary>
    private const uint Version = 17;

    private static readonly Lazy<nint> Table = new(Open);
    private static readonly Lazy<nint> Environment = new(CreateEnvironment);

    /// <summary>Where a function stands in the table.</summary>
    private enum Place
    {
        GetErrorMessage = 2,
        CreateEnv = 3,
        CreateSessionFromArray = 8,
        Run = 9,
        CreateSessionOptions = 10,
        SetIntraOpNumThreads = 24,
        SessionGetInputCount = 30,
        SessionGetOutputCount = 31,
        SessionGetInputTypeInfo = 33,
        SessionGetOutputTypeInfo = 34,
        SessionGetInputName = 36,
        SessionGetOutputName = 37,
        CreateRunOptions = 39,
        RunOptionsSetTerminate = 46,
        CreateTensorWithDataAsOrtValue = 49,
        GetTensorMutableData = 51,
        CastTypeInfoToTensorInfo = 55,
        GetTensorElementType = 60,
        GetDimensionsCount = 61,
        GetDimensions = 62,
        GetTensorTypeAndShape = 65,
        CreateCpuMemoryInfo = 69,
        AllocatorFree = 76,
        GetAllocatorWithDefaultOptions = 78,
        ReleaseStatus = 93,
        ReleaseMemoryInfo = 94,
        ReleaseSession = 95,
        ReleaseValue = 96,
        ReleaseRunOptions = 97,
        ReleaseTypeInfo = 98,
        ReleaseTensorTypeAndShapeInfo = 99,
        ReleaseSessionOptions = 100,
    }

    public static nint CreateSession(ReadOnlySpan<byte> model)
    {
        nint options = 0, session = 0;
        var create = (delegate* unmanaged<nint*, nint>)At(Place.CreateSessionOptions);
        Check(create(&options));
        try
        {
            // one thread, so that sums are always taken in the same order
            Check(((delegate* unmanaged<nint, int, nint>)At(Place.SetIntraOpNumThreads))(options, 1));
            var open = (delegate* unmanaged<nint, byte*, nuint, nint, nint*, nint>)At(Place.CreateSessionFromArray);
            fixed (byte* bytes = model) Check(open(Environment.Value, bytes, (nuint)model.Length, options, &session));
            return session;
        }
        finally
        {
            Release(Place.ReleaseSessionOptions, options);
        }
    }

    public static void ReleaseSession(nint session) => Release(Place.ReleaseSession, session);

    public static IReadOnlyList<OnnxValueInfo> Inputs(nint session) =>
        Values(session, Place.SessionGetInputCount, Place.SessionGetInputName, Place.SessionGetInputTypeInfo);

    public static IReadOnlyList<OnnxValueInfo> Outputs(nint session) =>
        Values(session, Place.SessionGetOutputCount, Place.SessionGetOutputName, Place.SessionGetOutputTypeInfo);

    /// <summary>Runs the model on one tensor and returns the numbers of one output with their shape.</summary>
    /// <exception cref="InvalidDataException">The model fails, or was stopped because it ran too long.</exception>
    public static (T[] Numbers, long[] Shape) Run<TInput, T>(
        nint session, string input, TInput[] values, OnnxType inputType, ReadOnlySpan<long> shape, string output, TimeSpan longest)
        where TInput : unmanaged
        where T : unmanaged
    {
        nint memory = 0, tensor = 0, result = 0;
        var (inputName, outputName) = (Marshal.StringToCoTaskMemUTF8(input), Marshal.StringToCoTaskMemUTF8(output));
        try
        {
            Check(((delegate* unmanaged<int, int, nint*, nint>)At(Place.CreateCpuMemoryInfo))(1, 0, &memory));
            fixed (TInput* data = values)
            fixed (long* dimensions = shape)
            {
                var wrap = (delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint>)At(Place.CreateTensorWithDataAsOrtValue);
                Check(wrap(memory, data, (nuint)(values.Length * sizeof(TInput)), dimensions, (nuint)shape.Length, (int)inputType, &tensor));
                using var deadline = new Deadline(longest);
                var run = (delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)At(Place.Run);
                var status = run(session, deadline.RunOptions, &inputName, &tensor, 1, &outputName, 1, &result);
                if (status != 0 && deadline.HasPassed)
                {
                    Release(Place.ReleaseStatus, status);
                    throw new InvalidDataException($"the ONNX model ran longer than {longest.TotalSeconds} seconds on {shape[0]} rows and was stopped");
                }
                Check(status);
                return Read<T>(result);
            }
        }
        finally
        {
            Release(Place.ReleaseValue, result);
            Release(Place.ReleaseValue, tensor);
            Release(Place.ReleaseMemoryInfo, memory);
            Marshal.FreeCoTaskMem(inputName);
            Marshal.FreeCoTaskMem(outputName);
        }
    }

    /// <summary>Tells a run to end, between two of its operations, when its time is over.</summary>
    private sealed class Deadline : IDisposable
    {
        private readonly CancellationTokenSource _clock;
        private readonly CancellationTokenRegistration _stop;

        public Deadline(TimeSpan longest)
        {
            nint options = 0;
            Check(((delegate* unmanaged<nint*, nint>)At(Place.CreateRunOptions))(&options));
            RunOptions = options;
            _clock = new CancellationTokenSource(longest, TimeProvider.System);
            _stop = _clock.Token.Register(Stop);
        }

        public nint RunOptions { get; }

        public bool HasPassed => _clock.IsCancellationRequested;

        public void Dispose()
        {
            // waits for a stop that is under way
            _stop.Dispose();
            _clock.Dispose();
            Release(Place.ReleaseRunOptions, RunOptions);
        }

        private void Stop() => Check(((delegate* unmanaged<nint, nint>)At(Place.RunOptionsSetTerminate))(RunOptions));
    }

    private static (T[] Numbers, long[] Shape) Read<T>(nint value) where T : unmanaged
    {
        nint info = 0;
        void* data = null;
        Check(((delegate* unmanaged<nint, nint*, nint>)At(Place.GetTensorTypeAndShape))(value, &info));
        try
        {
            var shape = Shape(info);
            var count = shape.Aggregate(1L, (product, length) => checked(product * length));
            Check(((delegate* unmanaged<nint, void**, nint>)At(Place.GetTensorMutableData))(value, &data));
            return (new ReadOnlySpan<T>(data, checked((int)count)).ToArray(), shape);
        }
        finally
        {
            Release(Place.ReleaseTensorTypeAndShapeInfo, info);
        }
    }

    private static OnnxValueInfo[] Values(nint session, Place counts, Place names, Place types)
    {
        nuint count = 0;
        Check(((delegate* unmanaged<nint, nuint*, nint>)At(counts))(session, &count));
        var values = new OnnxValueInfo[(int)count];
        for (nuint i = 0; i < count; i++) values[i] = TypeOf(session, Name(session, i, names), i, types);
        return values;
    }

    private static string Name(nint session, nuint index, Place names)
    {
        nint allocator = 0, name = 0;
        Check(((delegate* unmanaged<nint*, nint>)At(Place.GetAllocatorWithDefaultOptions))(&allocator));
        Check(((delegate* unmanaged<nint, nuint, nint, nint*, nint>)At(names))(session, index, allocator, &name));
        var text = Marshal.PtrToStringUTF8(name)!;
        Check(((delegate* unmanaged<nint, nint, nint>)At(Place.AllocatorFree))(allocator, name));
        return text;
    }

    private static OnnxValueInfo TypeOf(nint session, string name, nuint index, Place types)
    {
        nint type = 0, tensor = 0;
        Check(((delegate* unmanaged<nint, nuint, nint*, nint>)At(types))(session, index, &type));
        try
        {
            // borrowed from the type; null when the value is no tensor
            Check(((delegate* unmanaged<nint, nint*, nint>)At(Place.CastTypeInfoToTensorInfo))(type, &tensor));
            if (tensor == 0) return new OnnxValueInfo(name, null, []);
            int element;
            Check(((delegate* unmanaged<nint, int*, nint>)At(Place.GetTensorElementType))(tensor, &element));
            return new OnnxValueInfo(name, (OnnxType)element, Shape(tensor));
        }
        finally
        {
            Release(Place.ReleaseTypeInfo, type);
        }
    }

    private static long[] Shape(nint info)
    {
        nuint count = 0;
        Check(((delegate* unmanaged<nint, nuint*, nint>)At(Place.GetDimensionsCount))(info, &count));
        var shape = new long[(int)count];
        fixed (long* dimensions = shape)
            Check(((delegate* unmanaged<nint, long*, nuint, nint>)At(Place.GetDimensions))(info, dimensions, count));
        return shape;
    }

    /// <summary>A status is null on success.</summary>
    private static void Check(nint status)
    {
        if (status == 0) return;
        var message = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)At(Place.GetErrorMessage))(status));
        Release(Place.ReleaseStatus, status);
        throw new InvalidDataException($"ONNX Runtime: {message}");
    }

    private static void Release(Place place, nint handle)
    {
        if (handle != 0) ((delegate* unmanaged<nint, void>)At(place))(handle);
    }

    private static nint At(Place place) => ((nint*)Table.Value)[(int)place];

    private static nint Open()
    {
        var entry = NativeLibrary.GetExport(OnnxRuntimeLibrary.Load(), "OrtGetApiBase");
        var getApi = *(nint*)((delegate* unmanaged<nint>)entry)();
        var table = ((delegate* unmanaged<uint, nint>)getApi)(Version);
        return table != 0 ? table : throw new DllNotFoundException($"this ONNX Runtime is older than version 1.{Version} of its C API");
    }

    private static nint CreateEnvironment()
    {
        const int Fatal = 4;
        nint environment = 0;
        fixed (byte* name = "esa\0"u8)
            Check(((delegate* unmanaged<int, byte*, nint*, nint>)At(Place.CreateEnv))(Fatal, name, &environment));
        return environment;
    }
}
