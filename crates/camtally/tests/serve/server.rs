//! A server of the test's own, with cameras that replay the sample.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long anything may take that a test waits for; a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    config.timeout_global(Some(Duration::from_secs(20))).build().into()
}

/// Configuration and data of one server.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    /// With so many cameras, each the sample.
    pub(crate) fn new(cameras: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let samples = checkout().join("samples").canonicalize().unwrap();
        std::fs::copy(samples.join("pets2009-s2l1.rules.toml"), folder.path().join("rules.toml")).unwrap();
        // The smallest input: several tests share the machine.
        let mut text = "[detection]\ninput = 256\n".to_owned();
        for number in 1..=cameras {
            let video = samples.join("pets2009-s2l1.mp4");
            text += &format!(
                "[[camera]]\nname = \"camera {number}\"\naddress = \"loop:{}\"\nrules = \"rules.toml\"\n",
                video.display()
            );
        }
        std::fs::write(folder.path().join("camtally.toml"), text).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Adds to the configuration.
    pub(crate) fn configure(&self, text: &str) {
        let path = self.path().join("camtally.toml");
        let configured = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{configured}\n{text}")).unwrap();
    }

    pub(crate) fn edit_rules(&self, from: &str, to: &str) {
        let path = self.path().join("rules.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    }

    /// The program, to be run in this folder.
    pub(crate) fn program(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_camtally"));
        command.args(args).current_dir(self.path());
        command
    }
}

pub(crate) struct Server {
    child: Child,
    address: String,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    headers: ureq::http::HeaderMap,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Server {
    pub(crate) fn start(folder: &Folder, args: &[&str]) -> Self {
        let mut command = folder.program(&["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.args(args).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut said = Vec::new();
        let address = lines.by_ref().find_map(|line| {
            let address = line.strip_prefix("camtally: http://").and_then(|rest| rest.split('/').next());
            said.push(line.clone());
            address.map(str::to_owned)
        });
        let Some(address) = address else {
            child.kill().ok();
            child.wait().unwrap();
            panic!("the server did not start: {said:?}");
        };
        // The log must be read, or the server would wait for its reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn raw(&self, path: &str) -> Answer {
        self.try_raw(path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// What is answered to JSON.
    pub(crate) fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = agent().post(format!("http://{}{path}", self.address));
        let mut answer = request.content_type("application/json").send(body.to_string()).unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        (answer.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    pub(crate) fn try_raw(&self, path: &str) -> Result<Answer, ureq::Error> {
        let mut answer = agent().get(format!("http://{}{path}", self.address)).call()?;
        let body = answer.body_mut().read_to_string()?;
        Ok(Answer { status: answer.status().as_u16(), body, headers: answer.headers().clone() })
    }

    /// What is at a path, whatever it is.
    pub(crate) fn bytes(&self, path: &str) -> Vec<u8> {
        let mut answer = agent().get(format!("http://{}{path}", self.address)).call().unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.body_mut().read_to_vec().unwrap()
    }

    /// Changes something: whichever version of it there is.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(40)))
            .build()
            .into();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}/api/v1{path}", self.address))
            .header("if-match", "*")
            .header("content-type", "application/json")
            .body(body.to_string())
            .unwrap();
        let mut answer = agent.run(request).unwrap();
        let body = answer.body_mut().read_to_string().unwrap();
        Answer { status: answer.status().as_u16(), body, headers: answer.headers().clone() }
    }

    /// The same, which must succeed.
    pub(crate) fn done(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.send(method, path, body);
        assert!((200..300).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.body);
        serde_json::from_str(&answer.body).unwrap_or_default()
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.raw(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    /// All events that the store has, oldest last.
    pub(crate) fn events(&self, what: &str) -> Vec<Value> {
        let mut events = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!(
                "/api/v1/{what}?from=2020-01-01T00:00:00Z&until=2100-01-01T00:00:00Z&limit=1000{cursor}"
            ));
            events.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return events,
            }
        }
    }

    pub(crate) fn crossings(&self) -> usize {
        self.events("events").iter().filter(|event| event["kind"] == "crossing").count()
    }

    pub(crate) fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let start = Instant::now();
        while !is_so() {
            assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Kills it, as a failing machine would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it as a service manager does; says its exit code and how long it took.
    pub(crate) fn terminate(mut self) -> (Option<i32>, Duration) {
        let start = Instant::now();
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let status = self.child.wait().unwrap();
        (status.code(), start.elapsed())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
