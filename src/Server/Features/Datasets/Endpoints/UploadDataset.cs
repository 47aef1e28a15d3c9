using EventSourcedAnomaly.Server.Infrastructure.Http;
using EventSourcedAnomaly.Server.Infrastructure.Security;
using FastEndpoints;

namespace EventSourcedAnomaly.Server.Features.Datasets.Endpoints;

/// <summary>
/// Makes a data set of a file. It is received in a stream, read whole and stored before the answer; what is wrong with it is said then, and
/// nothing of it stays.
/// </summary>
internal sealed class UploadDataset(DatasetIntake intake) : EndpointWithoutRequest<DatasetReceipt>
{
    public override void Configure()
    {
        Post("/api/v1/datasets", "/v1/datasets");
        this.Needs(Access.Build);
        this.Answers(StatusCodes.Status201Created, "Dataset uploaded successfully");
        this.ReadsForm<DatasetUpload>();
        Summary(s => s.Summary = "Upload a file as a data set");
    }

    public override async Task<DatasetReceipt> ExecuteAsync(CancellationToken ct)
    {
        var http = HttpContext;
        using var slot = await intake.Slots.Take(http.Tenant(), http.RequestAborted);
        using var form = await UploadForm.Receive(http, intake.TempDirectory);
        var dataset = await intake.Take(http.Tenant(), form.ToRequest(), http.RequestAborted);
        http.Locate($"{http.Request.Path}/{dataset.Id}");
        return DatasetQueries.Fill(dataset, http.ApiContract(), new DatasetReceipt { UploadId = dataset.Uploaded.UploadId });
    }
}
