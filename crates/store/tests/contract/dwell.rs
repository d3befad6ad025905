use event::What;
use store::{Bucket, DwellQuery, DwellStats, QueueQuery, Zone};
use time::Duration;

use crate::database::Database;
use crate::sample::{NOON, cameras, leave, observed, seconds};

pub(crate) async fn mean_and_quantiles(db: Database) {
    let store = db.open().await;
    // A stay of each second up to 200, spread over two hours; and one that was cut short.
    let mut events: Vec<_> =
        (1..=200).map(|n| leave("a", "queue", seconds(n as f64 * 36.0 - 1.0), n as f64, n)).collect();
    let mut cut = leave("a", "queue", seconds(10.0), 9999.0, 999);
    if let What::ZoneLeave(_, dwell) = &mut cut.what {
        dwell.interrupted = true;
    }
    events.push(cut);
    store.ingest(&events).await.unwrap();
    store.ingest(&events).await.unwrap();
    let query = DwellQuery {
        from: NOON,
        until: NOON + Duration::hours(3),
        bucket: Bucket::Hour,
        zone: Zone::UTC,
        filter: cameras(&["a"]),
    };
    let dwells = store.dwell(&query).await.unwrap();
    assert_eq!(dwells.zones.len(), 1);
    let zone = &dwells.zones[0];
    let near = |stats: &DwellStats, count, mean: f64, median: f64, p95: f64| {
        assert_eq!((stats.count, stats.mean_s), (count, Some(mean)));
        for (is, truly) in [(stats.median_s.unwrap(), median), (stats.p95_s.unwrap(), p95)] {
            assert!((is - truly).abs() <= truly / 32.0, "{is} is not near {truly}");
        }
    };
    near(&zone.total, 200, 100.5, 100.0, 190.0);
    near(&zone.buckets[0], 100, 50.5, 50.0, 95.0);
    near(&zone.buckets[1], 100, 150.5, 150.0, 195.0);
    assert_eq!(zone.buckets[2], DwellStats::default());
    let minutes = DwellQuery { bucket: Bucket::Minute, ..query };
    assert!(store.dwell(&minutes).await.unwrap_err().to_string().contains("15m"));
}

pub(crate) async fn queues(db: Database) {
    let store = db.open().await;
    let events = [
        observed("a", seconds(0.0), seconds(3600.0)),
        leave("a", "queue", seconds(900.0), 900.0, 1),
        leave("a", "queue", seconds(450.0), 450.0, 2),
        // Over the border of two buckets.
        leave("a", "queue", seconds(4500.0), 1800.0, 3),
        leave("a", "till", seconds(100.0), 100.0, 4),
    ];
    store.ingest(&events).await.unwrap();
    let query = QueueQuery {
        camera: "a".to_owned(),
        rule: "queue".to_owned(),
        from: NOON,
        until: NOON + Duration::hours(3),
        bucket: Bucket::Hour,
        zone: Zone::UTC,
    };
    let hours = store.queue(&query).await.unwrap();
    assert_eq!((hours[0].mean, hours[0].p95, hours[0].max), (Some(0.625), Some(2), 2));
    assert_eq!(hours[0].observed_s, 3600.0);
    // Only the stay itself says that this hour was watched.
    assert_eq!(
        (hours[1].mean, hours[1].p95, hours[1].max, hours[1].observed_s),
        (Some(1.0), Some(1), 1, 0.0)
    );
    assert_eq!((hours[2].mean, hours[2].p95, hours[2].max), (None, None, 0));
}
