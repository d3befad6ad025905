//! The page that a count leaves: one file that needs nothing beside it.

use std::path::Path;

use counting::Summary;
use observation::StreamTime;

use super::totals;

/// The report as HTML, pictures inside.
pub(crate) fn html(
    summary: &Summary,
    end: StreamTime,
    model: &str,
    heat: &[u8],
    tracks: &[u8],
    video: Option<&Path>,
) -> String {
    let video = video.map(|path| path.display().to_string()).map_or(String::new(), |path| {
        format!("<p>Annotated video: <a href=\"{0}\">{0}</a></p>", escape(&path))
    });
    let warnings: String = summary
        .badly_placed()
        .map(|(line, _)| {
            format!(
                "<p class=warn>Many tracks begin or end beside the line “{}”: move it to where people are seen \
                 for longer on both sides.</p>",
                escape(&line.name)
            )
        })
        .collect();
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Counts</title>\
         <meta name=viewport content=\"width=device-width\">\
         <style>:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;\
         margin:2rem auto;padding:0 1rem}}pre{{overflow:auto}}img{{max-width:100%}}.warn{{border-left:4px solid \
         #d80;padding-left:.7rem}}</style><h1>Counts</h1><pre>{}</pre>{warnings}{video}\
         <h2>Where people walk</h2><img alt=\"Heat map\" src=\"{}\">\
         <h2>Where tracks begin and end</h2><img alt=\"Map of tracks\" src=\"{}\"><p>Model: {}</p></html>\n",
        escape(&totals(summary, end)),
        data_uri("image/png", heat),
        data_uri("image/png", tracks),
        escape(model),
    )
}

/// A picture that a page holds in itself.
pub(crate) fn data_uri(media_type: &str, bytes: &[u8]) -> String {
    use base64::Engine;
    format!("data:{media_type};base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
