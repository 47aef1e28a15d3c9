namespace EventSourcedAnomaly.Server.Infrastructure.Http.OpenApi;

/// <summary>The page around ReDoc. Unlike the one that comes with it, it asks no other server for fonts.</summary>
internal static class RedocPage
{
    /// <summary>The page, with the places that ReDoc's middleware fills in.</summary>
    public const string Html = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>%(DocumentTitle)</title>
          <style>body { margin: 0; padding: 0; }</style>
          %(HeadContent)
        </head>
        <body>
          <div id="redoc-container"></div>
          <script src="redoc.standalone.js"></script>
          <script src="index.js"></script>
        </body>
        </html>
        """;
}
