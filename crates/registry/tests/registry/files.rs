use registry::{Error, Format, Imported, Installation, NewView, Secret};
use serde_json::json;

use crate::cluster::Cluster;
use crate::place::{Place, by, camera, line, rules};

pub(crate) async fn an_export_makes_the_same_installation(place: &Place, cluster: Option<&Cluster>) {
    let registry = &place.registry;
    place.create(camera("door")).await;
    registry.put_rules("door", 1, rules(&line("in", 0.5)), &by(2)).await.unwrap();
    let view = json!({"name": "This week", "site": "main", "shared": true, "query": {"bucket": "1d"}});
    let view: NewView = serde_json::from_value(view).unwrap();
    registry.create_view(None, view, &by(3)).await.unwrap();
    let passphrase = Secret::from("correct horse battery");
    for format in [Format::Toml, Format::Json] {
        let open = registry.export(format, None, &by(4)).await.unwrap().text;
        let sealed = registry.export(format, Some(&passphrase), &by(4)).await.unwrap().text;
        for text in [&open, &sealed] {
            assert!(!text.contains("s3cret") && !text.contains("t0ken"), "{text}");
        }
        let name = format!("copy_{}", format!("{format:?}").to_lowercase());
        let copy = Place::new(cluster, &name).await;
        let file = Installation::parse(&sealed, format).unwrap();
        let without = copy.registry.import(file.clone(), None, false, &by(5)).await.unwrap_err();
        assert!(matches!(without, Error::Passphrase), "{without}");
        let wrong = Secret::from("another passphrase");
        let wrong = copy.registry.import(file.clone(), Some(&wrong), false, &by(5)).await.unwrap_err();
        assert!(matches!(wrong, Error::Passphrase), "{wrong}");
        let tried = copy.registry.import(file.clone(), Some(&passphrase), true, &by(5)).await.unwrap();
        assert!(copy.registry.now().cameras.is_empty(), "it was only tried");
        let done = copy.registry.import(file.clone(), Some(&passphrase), false, &by(5)).await.unwrap();
        assert_eq!(tried, done);
        assert_eq!(done.created, ["camera door", "view This week"]);
        let source = copy.registry.plan().await.unwrap()[0].source.clone().unwrap().expose();
        assert_eq!(source, "rtsp://admin:s3cret@10.0.0.9/ch1?token=t0ken");
        assert_eq!(copy.registry.rules("door", None).await.unwrap().rules.lines[0].name, "in");
        let again = copy.registry.import(file, Some(&passphrase), false, &by(6)).await.unwrap();
        assert!(again.created.is_empty() && again.changed.is_empty(), "{again:?}");

        // A file without secrets takes none away.
        let open = open.replace("Site main", "Town hall");
        let file = Installation::parse(&open, format).unwrap();
        let done = copy.registry.import(file, None, false, &by(7)).await.unwrap();
        assert_eq!(
            done,
            Imported { created: Vec::new(), changed: vec!["site main".to_owned()], ..done.clone() }
        );
        let source = copy.registry.plan().await.unwrap()[0].source.clone().unwrap().expose();
        assert_eq!(source, "rtsp://admin:s3cret@10.0.0.9/ch1?token=t0ken");
    }
    let short = registry.export(Format::Json, Some(&"short".into()), &by(8)).await.unwrap_err();
    assert!(short.to_string().contains("12 characters"), "{short}");
}

pub(crate) async fn an_import_is_done_whole_or_not_at_all(place: &Place) {
    let text = "format = \"camtally/1\"\n\
                [[site]]\nid = \"north\"\nname = \"North\"\ntime_zone = \"Asia/Ho_Chi_Minh\"\n\
                [[camera]]\nid = \"a\"\nsite = \"north\"\nname = \"A\"\naddress = \"rtsp://10.0.0.9/\"\n\
                [[camera]]\nid = \"b\"\nsite = \"south\"\nname = \"B\"\naddress = \"rtsp://10.0.0.9/\"\n";
    let file = Installation::parse(text, Format::Toml).unwrap();
    let error = place.registry.import(file, None, false, &by(2)).await.unwrap_err().to_string();
    assert!(error.starts_with("`camera[1].site`: "), "{error}");
    assert!(!place.registry.now().sites.contains_key("north"));
    for (from, to, says) in [
        ("camtally/1", "camtally/9", "`format`"),
        ("id = \"b\"", "id = \"a\"", "`camera[1].id`: it stands twice"),
        ("Asia/Ho_Chi_Minh", "Saigon?", "`site[0].time_zone`"),
        ("name = \"A\"", "nam = \"s3cret\"", "line 9"),
        ("site = \"south\"", "site = 7", "line "),
        ("id = \"b\"", "id = \"B\"", "`camera[1].id`"),
        (
            "address = \"rtsp://10.0.0.9/\"",
            "zone = [{name = \"z\", points = [[0, 0]]}]\naddress = \"\"",
            "`camera[0].rules`",
        ),
    ] {
        let error = Installation::parse(&text.replacen(from, to, 1), Format::Toml).unwrap_err().to_string();
        assert!(error.contains(says) && !error.contains("s3cret"), "{to}: {error}");
    }
}
