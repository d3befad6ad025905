//! Every metric of the program. `docs/src/reference/metrics.md` is made from this table.

use metrics::{describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// Name, kind, labels, meaning.
const METRICS: &[(&str, Kind, &str, &str)] = &[
    ("camtally_camera_up", Kind::Gauge, "camera", "1 while it is counted, else 0"),
    (
        "camtally_frames_analysed_total",
        Kind::Counter,
        "camera",
        "frames that were analysed, still ones among them",
    ),
    (
        "camtally_frames_shed_total",
        Kind::Counter,
        "camera",
        "frames left out because there was no time for them",
    ),
    ("camtally_events_total", Kind::Counter, "camera, kind", "events that were written to the journal"),
    ("camtally_events_stored_total", Kind::Counter, "", "events that were new to the store"),
    (
        "camtally_heat_parts_lost_total",
        Kind::Counter,
        "camera",
        "parts of heat maps that the store did not take",
    ),
    (
        "camtally_journal_pending_events",
        Kind::Gauge,
        "",
        "events that are not yet in the store, or at the broker",
    ),
    ("camtally_journal_bytes", Kind::Gauge, "", "what the journal takes on disk"),
    (
        "camtally_journal_limit_bytes",
        Kind::Gauge,
        "",
        "what the events that wait in the journal may take at most",
    ),
    ("camtally_journal_failures_total", Kind::Counter, "", "times that the disk did not take events"),
    ("camtally_store_failures_total", Kind::Counter, "", "times that the store did not take events"),
    (
        "camtally_broker_connected",
        Kind::Gauge,
        "part",
        "1 while RabbitMQ is there for what it is needed for, `send` or `ingest`, else 0",
    ),
    ("camtally_broker_events_sent_total", Kind::Counter, "", "events that the broker has confirmed"),
    ("camtally_broker_failures_total", Kind::Counter, "", "times that the broker did not take events"),
    (
        "camtally_broker_events_received_total",
        Kind::Counter,
        "",
        "events that came from the broker, repeats among them",
    ),
    (
        "camtally_ingest_failures_total",
        Kind::Counter,
        "",
        "times that events from the broker could not be taken in",
    ),
    (
        "camtally_dead_letters_total",
        Kind::Counter,
        "",
        "messages, or parts of them, that were put aside here",
    ),
    ("camtally_dead_letters", Kind::Gauge, "", "dead letters that there are, every 30 seconds"),
    ("camtally_leases_held", Kind::Gauge, "", "cameras that this worker has"),
    ("camtally_leases_taken_total", Kind::Counter, "", "cameras that this worker has taken"),
    (
        "camtally_leases_moved_total",
        Kind::Counter,
        "",
        "cameras that it has given to workers with more time for them",
    ),
    (
        "camtally_leases_lapsed_total",
        Kind::Counter,
        "",
        "cameras that it stopped counting because their leases could not be renewed",
    ),
    (
        "camtally_events_without_lease_total",
        Kind::Counter,
        "",
        "events that it did not write down because the lease had ended",
    ),
    (
        "camtally_events_fenced_total",
        Kind::Counter,
        "camera",
        "events that were refused at ingest: they were written down after the end of their lease",
    ),
    ("camtally_rules_refused_total", Kind::Counter, "camera", "edits of a rules file that were refused"),
    ("camtally_http_requests_total", Kind::Counter, "method, route, status", "requests that were answered"),
    (
        "camtally_http_request_duration_seconds",
        Kind::Histogram,
        "method, route",
        "time until an answer began, by the route's template",
    ),
    ("camtally_http_requests_in_flight", Kind::Gauge, "", "requests that are being answered"),
    ("camtally_http_connections", Kind::Gauge, "", "open connections, without those that became WebSockets"),
    (
        "camtally_http_connections_refused_total",
        Kind::Counter,
        "",
        "connections of addresses that had too many",
    ),
    ("camtally_live_streams", Kind::Gauge, "", "open live streams, WebSockets and server-sent events"),
    ("camtally_live_events_sent_total", Kind::Counter, "", "events that were sent on live streams"),
    ("camtally_alerts_fired_total", Kind::Counter, "", "alerts that began"),
    ("camtally_alerts_resolved_total", Kind::Counter, "", "alerts that ended by themselves"),
    (
        "camtally_alert_rule_failures_total",
        Kind::Counter,
        "",
        "times that alert rules could not be evaluated",
    ),
    ("camtally_alerts_unsettled", Kind::Gauge, "", "alerts of which there is something left to tell"),
    ("camtally_deliveries_due", Kind::Gauge, "", "deliveries to channels whose next try is due"),
    (
        "camtally_deliveries_total",
        Kind::Counter,
        "kind, outcome",
        "tries of deliveries: `delivered`, `put_off` or `given_up`",
    ),
    ("camtally_outbox_failures_total", Kind::Counter, "", "times that deliveries could not be read"),
    (
        "camtally_web_hook_events_dropped_total",
        Kind::Counter,
        "",
        "events left out because their web hook was too far behind",
    ),
    ("camtally_mqtt_connected", Kind::Gauge, "", "1 while the MQTT broker is there, else 0"),
    (
        "camtally_mqtt_events_dropped_total",
        Kind::Counter,
        "",
        "events left out because the MQTT broker was away",
    ),
];

/// Buckets of durations, in seconds.
const DURATIONS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0, 30.0];

/// What records the metrics, with the buckets of its histograms.
pub fn recorder() -> PrometheusBuilder {
    let durations = Matcher::Suffix("_duration_seconds".to_owned());
    PrometheusBuilder::new().set_buckets_for_metric(durations, &DURATIONS).expect("there are buckets")
}

/// Gives every metric its meaning, for `/metrics`. To be called when a recorder is there.
pub fn describe_metrics() {
    for (name, kind, _, meaning) in METRICS {
        match kind {
            Kind::Counter => describe_counter!(*name, *meaning),
            Kind::Gauge => describe_gauge!(*name, *meaning),
            Kind::Histogram => describe_histogram!(*name, *meaning),
        }
    }
}

/// The page of the documentation that lists every metric.
pub fn metrics_page() -> String {
    let mut page = String::from(
        "# Metrics\n\n\
         `/metrics`, in Prometheus' text format. A metric is there from the first time that it is set. Counters begin at zero\n\
         when the program starts.\n\n\
         | metric | type | labels | meaning |\n| --- | --- | --- | --- |\n",
    );
    for (name, kind, labels, meaning) in METRICS {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let labels: Vec<String> =
            labels.split(", ").filter(|label| !label.is_empty()).map(|label| format!("`{label}`")).collect();
        page += &format!("| `{name}` | {kind} | {} | {meaning} |\n", labels.join(", "));
    }
    page
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_documentation_is_made_from_the_table() {
        crate::pages::check("metrics.md", &metrics_page());
    }

    /// Names in calls of `counter!`, `gauge!` and `histogram!`.
    fn used(folder: &Path, names: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                used(&path, names);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                for call in ["counter!(\"", "gauge!(\"", "histogram!(\""] {
                    let names_in = text.split(call).skip(1).filter_map(|rest| rest.split('"').next());
                    names.extend(names_in.filter(|name| name.starts_with("camtally_")).map(str::to_owned));
                }
            }
        }
    }

    #[test]
    fn every_metric_in_use_is_in_the_table_and_the_other_way_round() {
        let mut names = BTreeSet::new();
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        used(&crates, &mut names);
        let listed: BTreeSet<String> = METRICS.iter().map(|metric| metric.0.to_owned()).collect();
        assert_eq!(names, listed);
    }
}
