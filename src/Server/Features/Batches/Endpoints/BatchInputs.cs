using System.Text.Json;
using EventSourcedAnomaly.Server.Domain;
using EventSourcedAnomaly.Server.Features.Detections;
using EventSourcedAnomaly.Server.Features.Detections.Endpoints;
using EventSourcedAnomaly.Server.Features.Detectors;
using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Http.Binding;
using EventSourcedAnomaly.Server.Infrastructure.Orleans;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;
using FluentValidation;

namespace EventSourcedAnomaly.Server.Features.Batches.Endpoints;

/// <summary>A detector or an algorithm judges a data set later, or a list of inputs at once, each as a single detection would.</summary>
internal sealed class BatchInputs(
    BatchService service, BatchQueries queries, AdHocDetectionService adHoc, DetectionService detections,
    IGrainFactory grains, TimeProvider time)
    : Endpoint<BatchInputs.Request, BatchInputs.Response>
{
    private const int MaxInputs = 1000;

    public sealed record Request(
        string? DetectorId = null, string? Algorithm = null, IReadOnlyDictionary<string, JsonElement>? Parameters = null,
        string? DatasetId = null,
        JsonElement? Data = null, BatchOptionsGiven? Options = null);

    /// <summary>How to judge a data set.</summary>
    public sealed record BatchOptionsGiven(
        int? BatchSize = null, int? ParallelJobs = null, double? Threshold = null, string? OutputFormat = null, bool ReturnScores = true,
        bool ReturnExplanations = false);

    public sealed class RequestValidator : Validator<Request>
    {
        public RequestValidator()
        {
            RuleFor(r => r.DetectorId).Must((r, detector) => detector is null != r.Algorithm is null)
                .Expecting("either detector_id, or algorithm with parameters");
            RuleFor(r => r.Parameters).Null().When(r => r.DetectorId is not null)
                .Expecting("nothing beside detector_id, which has its own");
            RuleFor(r => r.Data).Must((r, data) => r.DatasetId is null != data is null)
                .Expecting("either dataset_id, or data as a list of inputs");
            RuleFor(r => r.Data)
                .Must(data => data is not { } list
                    || (list.ValueKind == JsonValueKind.Array && list.GetArrayLength() is > 0 and <= MaxInputs))
                .Expecting($"a list of 1 to {MaxInputs} inputs, each a series or rows");
        }
    }

    public new sealed record Response(
        string BatchId, string JobId, string Status, double? EstimatedTime, string? OutputLocation,
        IReadOnlyList<DetectAdHoc.Response>? Results);

    public override void Configure()
    {
        Post("/api/v1/detection/batch");
        this.Needs(Access.Detect);
        this.TakesAtMost(BodySize.Data);
        this.Answers(StatusCodes.Status202Accepted, "Batch detection queued");
        Summary(s => s.Summary = "Judge a data set, or a list of inputs at once");
    }

    public override async Task<Response> ExecuteAsync(Request request, CancellationToken ct)
    {
        var http = HttpContext;
        if (request.Data is { } data)
        {
            var answers = await Answer(request, data, http, ct);
            await grains.Of<IBatchGrain>(http.Tenant(), answers.Recorded.Id).Record(answers.Recorded, CancellationToken.None);
            http.AnswerWith(Success.Default);
            return new Response(answers.Recorded.Id, answers.Recorded.Id, Batch.Completed, null, null, answers.Results);
        }

        var given = request.Options ?? new BatchOptionsGiven();
        var submission = new BatchSubmission(given.BatchSize, given.ParallelJobs, given.Threshold, given.ReturnScores,
            given.ReturnExplanations, given.OutputFormat);
        var dataset = ResourceId.Canonical("dataset", request.DatasetId!);
        var batch = request.DetectorId is { } detector
            ? await service.Submit(http.Tenant(), ResourceId.Canonical("detector", detector), dataset, Options,
                http.RequestAborted)
            : await service.SubmitAdHoc(http.Tenant(), AdHocDetectionService.Algorithm(request.Algorithm!, request.Parameters), dataset,
                Options, http.RequestAborted);
        var body = queries.Body(http, batch.Requested.Id, batch);
        http.Locate($"/api/v1/batch/jobs/{body.Id}");
        return new Response(body.Id, body.Id, body.Status, body.EstimatedTime, body.OutputLocation, null);

        BatchOptions Options(long samples) => submission.Validate("batch_size", "parallel_jobs", "options.", samples);
    }

    private async Task<(BatchAnswered Recorded, IReadOnlyList<DetectAdHoc.Response> Results)> Answer(Request request, JsonElement data,
        HttpContext http, CancellationToken ct)
    {
        var (asked, results) = (time.GetUtcNow(), new List<DetectAdHoc.Response>(data.GetArrayLength()));
        var inputs = data.EnumerateArray().Select((input, i) => InlineData.Read(input, $"data[{i}]")).ToArray();
        var algorithm = request.Algorithm is null ? null : AdHocDetectionService.Algorithm(request.Algorithm, request.Parameters);
        foreach (var (input, i) in inputs.Select((input, i) => (input, i)))
        {
            results.Add(algorithm is not null
                ? DetectAdHoc.Response.Of(await adHoc.Detect(http.Tenant(), input, algorithm, http.EventMetadata(), ct, $"data[{i}]"))
                : DetectAdHoc.Response.Of(
                    await detections.Detect(
                        http.Tenant(), ResourceId.Canonical("detector", request.DetectorId!), model =>
                            Fitting(input, model, $"data[{i}]"), null, http.EventMetadata(), ct),
                    input));
        }

        var tally = results.Aggregate(
            BatchTally.Empty, (sum, one) => sum.Add(new BatchTally(
                one.Summary.TotalSamples, one.Summary.AnomaliesDetected, one.Summary.AverageConfidence * one.Summary.TotalSamples)));
        return (
            new BatchAnswered(
                ResourceId.New("batch"), request.DetectorId is { } id ? ResourceId.Canonical("detector", id) : string.Empty,
                results[0].Algorithm,
                [.. results.Select(result => result.ResultId)], tally, asked, time.GetUtcNow()),
            results);
    }

    private static EventSourcedAnomaly.Detection.Matrix Fitting(InlineData input, ModelArtifact model, string field) =>
        input.Rows.Columns == model.FeatureNames.Count && model.Inputs.All(column => column is NumberInput)
            ? input.Rows
            : throw Problem.Invalid($"{field}[0]", $"{model.FeatureNames.Count} numbers, one for each feature of the detector",
                $"{input.Rows.Columns} numbers");
}
