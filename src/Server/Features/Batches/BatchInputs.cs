using System.Text.Json;
using EventSourcedAnomaly.Actors;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detections;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;

namespace EventSourcedAnomaly.Server.Features.Batches;

/// <summary>
/// <c>POST /api/v1/detection/batch</c> (001): a detector or an algorithm judges a data set later, or a list of inputs at once,
/// each as a single detection would.
/// </summary>
internal static class BatchInputs
{
    private const int MaxInputs = 1000;

    public sealed record Request(
        string? DetectorId = null, string? Algorithm = null, IReadOnlyDictionary<string, JsonElement>? Parameters = null, string? DatasetId = null,
        JsonElement? Data = null, BatchOptionsGiven? Options = null);

    /// <summary>How to judge a data set.</summary>
    public sealed record BatchOptionsGiven(
        int? BatchSize = null, int? ParallelJobs = null, double? Threshold = null, string? OutputFormat = null, bool ReturnScores = true, bool ReturnExplanations = false);

    public static async Task<IResult> Handle(HttpContext http, BatchService service, BatchQueries queries, AdHocDetectionService adHoc, DetectionService detections, Silo silo, TimeProvider time)
    {
        var request = await Body.Read<Request>(http);
        RequireOneOfEach(request);
        if (request.Data is { } data)
        {
            var answers = await Answer(http, request, data, adHoc, detections, time);
            await silo.Grain<BatchGrain>(http.Tenant(), answers.Recorded.Id).Call((grain, ct) => grain.Record(answers.Recorded, http.EventMetadata(), ct), CancellationToken.None);
            return Reply.Ok(new Response(answers.Recorded.Id, answers.Recorded.Id, Batch.Completed, null, null, answers.Results));
        }

        var given = request.Options ?? new BatchOptionsGiven();
        var wish = new BatchSubmission(given.BatchSize, given.ParallelJobs, given.Threshold, given.ReturnScores, given.ReturnExplanations, given.OutputFormat);
        var dataset = ResourceId.Canonical("dataset", request.DatasetId!);
        var batch = request.DetectorId is { } detector
            ? await service.Submit(http.Tenant(), ResourceId.Canonical("detector", detector), dataset, Options, http.EventMetadata(), http.RequestAborted)
            : await service.SubmitAdHoc(http.Tenant(), AdHocDetectionService.Algorithm(request.Algorithm!, request.Parameters), dataset, Options, http.EventMetadata(), http.RequestAborted);
        var body = queries.Body(http, batch.Requested.Id, batch);
        return Reply.Accepted(
            $"/api/v1/batch/jobs/{body.Id}", new Response(body.Id, body.Id, body.Status, body.EstimatedTime, body.OutputLocation, null), "Batch detection queued");

        BatchOptions Options(long samples) => wish.Validate("batch_size", "parallel_jobs", "options.", samples);
    }

    public sealed record Response(
        string BatchId, string JobId, string Status, double? EstimatedTime, string? OutputLocation, IReadOnlyList<DetectAdHoc.Response>? Results);

    private static void RequireOneOfEach(Request request)
    {
        if (request.DetectorId is null == request.Algorithm is null)
        {
            throw Problem.Invalid("detector_id", "either detector_id, or algorithm with parameters");
        }

        if (request is { DetectorId: not null, Parameters: not null })
        {
            throw Problem.Invalid("parameters", "nothing beside detector_id, which has its own");
        }

        if (request.DatasetId is null == request.Data is null)
        {
            throw Problem.Invalid("data", "either dataset_id, or data as a list of inputs");
        }
    }

    private static async Task<(BatchAnswered Recorded, IReadOnlyList<DetectAdHoc.Response> Results)> Answer(
        HttpContext http, Request request, JsonElement data, AdHocDetectionService adHoc, DetectionService detections, TimeProvider time)
    {
        if (data.ValueKind != JsonValueKind.Array || data.GetArrayLength() is 0 or > MaxInputs)
        {
            throw Problem.Invalid("data", $"a list of 1 to {MaxInputs} inputs, each a series or rows");
        }

        var (asked, results) = (time.GetUtcNow(), new List<DetectAdHoc.Response>(data.GetArrayLength()));
        var inputs = data.EnumerateArray().Select((input, i) => InlineData.Read(input, $"data[{i}]")).ToArray();
        var algorithm = request.Algorithm is null ? null : AdHocDetectionService.Algorithm(request.Algorithm, request.Parameters);
        foreach (var (input, i) in inputs.Select((input, i) => (input, i)))
        {
            results.Add(algorithm is not null
                ? DetectAdHoc.Response.Of(await adHoc.Detect(http.Tenant(), input, algorithm, http.EventMetadata(), http.RequestAborted, $"data[{i}]"))
                : DetectAdHoc.Response.Of(
                    await detections.Detect(
                        http.Tenant(), ResourceId.Canonical("detector", request.DetectorId!), model => Fitting(input, model, $"data[{i}]"), null, http.EventMetadata(), http.RequestAborted),
                    input));
        }

        var tally = results.Aggregate(
            BatchTally.Empty, (sum, one) => sum.Add(new BatchTally(
                one.Summary.TotalSamples, one.Summary.AnomaliesDetected, one.Summary.AverageConfidence * one.Summary.TotalSamples)));
        return (
            new BatchAnswered(
                ResourceId.New("batch"), request.DetectorId is { } id ? ResourceId.Canonical("detector", id) : string.Empty, results[0].Algorithm,
                [.. results.Select(result => result.ResultId)], tally, asked, time.GetUtcNow()),
            results);
    }

    private static EventSourcedAnomaly.Detection.Matrix Fitting(InlineData input, ModelArtifact model, string field) =>
        input.Rows.Columns == model.FeatureNames.Count && model.Inputs.All(column => column is NumberInput)
            ? input.Rows
            : throw Problem.Invalid($"{field}[0]", $"{model.FeatureNames.Count} numbers, one for each feature of the detector", $"{input.Rows.Columns} numbers");
}
