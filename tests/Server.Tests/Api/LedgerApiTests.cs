using System.Text.Json;
using EventSourcedAnomaly.Ledger;
using EventSourcedAnomaly.Server.Tests.Security;

namespace EventSourcedAnomaly.Server.Tests.Api;

/// <summary>What the server serves of its ledger is verified here with nothing but the public key.</summary>
public sealed class LedgerApiTests(ServerFixture server)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tenants_event_has_a_proof_that_holds_and_another_tenants_has_none_for_it()
    {
        using var admin = server.Client();
        using var one = await server.ClientOf("ledger-one");
        using var two = await server.ClientOf("ledger-two");
        await one.Detector();
        var sequence = (await one.Get("/api/v1/audit/events?type=detector_created")).Data.GetProperty("events")[0].GetProperty("seq")
            .GetInt64();
        var key = VerifierKey.Parse(await one.Http.GetStringAsync("/api/v1/audit/ledger/key", Ct));

        var proof = LogProof.Parse(await one.Http.GetStringAsync($"/api/v1/audit/events/{sequence}/proof", Ct));
        var entry = await one.Http.GetByteArrayAsync($"/api/v1/audit/events/{sequence}/entry", Ct);

        Assert.True(proof.Holds(entry, key));
        Assert.Equal(404, (await two.Get($"/api/v1/audit/events/{sequence}/proof")).Status);
        Assert.Equal(403, (await one.Get("/api/v1/audit/ledger/tile/entries/000.p/1")).Status);
        Assert.True((await admin.Http.GetByteArrayAsync("/api/v1/audit/ledger/tile/entries/000.p/1", Ct)).Length > 2);
    }

    [Fact]
    public async Task A_whole_export_is_what_a_later_checkpoint_was_signed_over()
    {
        using var admin = server.Client();
        admin.Http.DefaultRequestHeaders.Accept.ParseAdd("application/x-ndjson");
        var key = VerifierKey.Parse(await admin.Http.GetStringAsync("/api/v1/audit/ledger/key", Ct));
        var checkpoint = Checkpoint.Parse(await admin.Http.GetStringAsync("/api/v1/audit/ledger/checkpoint", Ct), key);

        var export = await admin.Http.GetStringAsync("/api/v1/audit/events?tenant=*", Ct);

        var lines = export.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(System.Text.Encoding.UTF8.GetBytes).ToAsyncEnumerable();
        Assert.Empty(await ExportVerification.Run(lines, checkpoint, Ct));
    }

    [Fact]
    public async Task Every_silo_signs_with_the_logs_one_key_wherever_its_own_files_lie()
    {
        using var admin = server.Client();
        await using var silo = await AnotherSilo.Start(server.Database);
        using var elsewhere = new ApiClient(new Uri(silo.Address), ServerFixture.AdminKey);
        var key = VerifierKey.Parse(await admin.Http.GetStringAsync("/api/v1/audit/ledger/key", Ct));

        await elsewhere.Detector();
        var checkpoint = Checkpoint.Parse(await elsewhere.Http.GetStringAsync("/api/v1/audit/ledger/checkpoint", Ct), key);

        Assert.Equal($"{key}", (await elsewhere.Http.GetStringAsync("/api/v1/audit/ledger/key", Ct)).Trim());
        Assert.True(checkpoint.Size > 0);
    }

    [Fact]
    public async Task Two_checkpoints_are_consistent_and_tiles_give_the_same_root()
    {
        using var admin = server.Client();
        var key = VerifierKey.Parse(await admin.Http.GetStringAsync("/api/v1/audit/ledger/key", Ct));
        var before = Checkpoint.Parse(await admin.Http.GetStringAsync("/api/v1/audit/ledger/checkpoint", Ct), key);
        await admin.Detector();
        var after = Checkpoint.Parse(await admin.Http.GetStringAsync("/api/v1/audit/ledger/checkpoint", Ct), key);
        Assert.True(after.Size > before.Size);

        var proof = (await admin.Get($"/api/v1/audit/ledger/consistency?from={before.Size}&to={after.Size}")).Data;
        var hashes = proof.GetProperty("hashes").EnumerateArray().Select(hash => hash.GetBytesFromBase64()).ToArray();

        Assert.True(MerkleTree.IsConsistent(before.Size, before.Root, after.Size, after.Root, hashes));
        var tile = await admin.Http.GetByteArrayAsync(
            $"/api/v1/audit/ledger/tile/0/000{(before.Size < 256 ? $".p/{before.Size}" : string.Empty)}", Ct);
        var first = new CompactTree();
        for (var i = 0; i < Math.Min(before.Size, 256); i++)
        {
            first.Append(tile[(i * 32)..((i + 1) * 32)]);
        }

        Assert.True(before.Size > 256 || first.Root().AsSpan().SequenceEqual(before.Root));
    }

    [Fact]
    public async Task A_projection_is_rebuilt_on_demand_and_found_identical()
    {
        using var admin = server.Client();
        Assert.Equal(202, (await admin.Post("/api/v1/audit/projections/detection_statistics/rebuild", null)).Status);
        Assert.Equal(409, (await admin.Post("/api/v1/audit/projections/webhook_fan_out/rebuild", null)).Status);
        Assert.Equal(404, (await admin.Post("/api/v1/audit/projections/nothing/rebuild", null)).Status);

        JsonElement rebuild;
        do
        {
            await Task.Delay(50, Ct);
            rebuild = (await admin.Get("/api/v1/audit/projections")).Data.GetProperty("projections").EnumerateArray()
                .First(each => each.GetProperty("name").GetString() == "detection_statistics").GetProperty("last_rebuild");
        }
        while (rebuild.GetProperty("finished").ValueKind == JsonValueKind.Null);

        Assert.True(rebuild.GetProperty("identical").GetBoolean());
    }
}
