//! Branch protection, which is kept as code: `.github/rulesets/` says what holds, and GitHub is made to agree.

use std::fs;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use crate::shell;

const RULESETS: &str = ".github/rulesets/*.json";
/// The workflow whose jobs a change must pass.
const WORKFLOW: &str = ".github/workflows/check.yml";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The repository, as OWNER/NAME
    #[arg(env = "GITHUB_REPOSITORY")]
    repository: String,
    /// Change nothing: fail when GitHub has other rules
    #[arg(long)]
    check: bool,
    /// Where GitHub's API is
    #[arg(long, env = "GITHUB_API_URL", default_value = "https://api.github.com")]
    api: String,
}

/// Makes GitHub's rules those of this repository. It needs a token with the right to administer the repository, in
/// `GITHUB_TOKEN`.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let token =
        std::env::var("GITHUB_TOKEN").context("GITHUB_TOKEN is not set; it must be allowed to administer")?;
    let github = GitHub { api: format!("{}/repos/{}", arguments.api, arguments.repository), token };
    for wanted in rulesets()? {
        let name = wanted["name"].as_str().context("a ruleset has no name")?;
        match (github.found(name)?, arguments.check) {
            (Some((_, found)), _) if holds(&wanted, &found) => println!("protect: {name}: as it should be"),
            (_, true) => bail!("the ruleset {name} is not as {RULESETS} says; run `./dev protect`"),
            (Some((id, _)), false) => {
                github.send("PUT", &format!("/rulesets/{id}"), &wanted)?;
                println!("protect: {name}: changed");
            }
            (None, false) => {
                github.send("POST", "/rulesets", &wanted)?;
                println!("protect: {name}: made");
            }
        }
    }
    Ok(())
}

/// Each job of the workflow is asked for, and nothing that no job answers for: that would block every change.
pub(crate) fn agrees_with_workflow() -> anyhow::Result<()> {
    let workflow = fs::read_to_string(WORKFLOW).with_context(|| format!("reading {WORKFLOW}"))?;
    let mut jobs = job_names(&workflow);
    let mut asked: Vec<String> = Vec::new();
    for ruleset in rulesets()? {
        let rules = ruleset["rules"].as_array().into_iter().flatten();
        let checks = rules
            .flat_map(|rule| rule["parameters"]["required_status_checks"].as_array().into_iter().flatten());
        asked.extend(checks.filter_map(|check| check["context"].as_str()).map(str::to_owned));
    }
    jobs.sort();
    asked.sort();
    ensure!(jobs == asked, "{WORKFLOW} has the jobs {jobs:?}, {RULESETS} asks for {asked:?}");
    Ok(())
}

/// Names of jobs: the lines four spaces deep below `jobs:`.
fn job_names(workflow: &str) -> Vec<String> {
    let below = workflow.lines().skip_while(|line| *line != "jobs:");
    below.filter_map(|line| line.strip_prefix("    name: ")).map(str::to_owned).collect()
}

fn rulesets() -> anyhow::Result<Vec<Value>> {
    let files = shell::files(RULESETS)?;
    ensure!(!files.is_empty(), "there is no {RULESETS}");
    let read = |file: &std::path::PathBuf| {
        let text = fs::read_to_string(file)?;
        serde_json::from_str(&text).with_context(|| format!("{} is no JSON", file.display()))
    };
    files.iter().map(read).collect()
}

/// Whether what was found has everything that is wanted. GitHub adds members of its own.
fn holds(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            wanted.iter().all(|(key, value)| found.get(key).is_some_and(|found| holds(value, found)))
        }
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len()
                && wanted.iter().all(|value| found.iter().any(|found| holds(value, found)))
        }
        _ => wanted == found,
    }
}

struct GitHub {
    api: String,
    token: String,
}

impl GitHub {
    /// The repository's own ruleset of this name, and its number.
    fn found(&self, name: &str) -> anyhow::Result<Option<(u64, Value)>> {
        let list = self.get("/rulesets?includes_parents=false&per_page=100")?;
        let list = list.as_array().context("GitHub gives no list of rulesets")?;
        let Some(entry) = list.iter().find(|entry| entry["name"] == name) else { return Ok(None) };
        let id = entry["id"].as_u64().context("a ruleset of GitHub has no number")?;
        Ok(Some((id, self.get(&format!("/rulesets/{id}"))?)))
    }

    fn get(&self, path: &str) -> anyhow::Result<Value> {
        let request =
            ureq::get(format!("{}{path}", self.api)).header("accept", "application/vnd.github+json");
        let mut answer = request
            .header("authorization", format!("Bearer {}", self.token))
            .call()
            .with_context(|| format!("asking GitHub for {path}"))?;
        Ok(serde_json::from_str(&answer.body_mut().read_to_string()?)?)
    }

    fn send(&self, method: &str, path: &str, what: &Value) -> anyhow::Result<()> {
        let address = format!("{}{path}", self.api);
        let request = if method == "PUT" { ureq::put(address) } else { ureq::post(address) };
        request
            .header("accept", "application/vnd.github+json")
            .header("authorization", format!("Bearer {}", self.token))
            .content_type("application/json")
            .send(what.to_string())
            .with_context(|| format!("GitHub refuses {method} {path}"))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_github_adds_is_no_difference_and_what_it_lacks_is_one() {
        let wanted =
            json!({"name": "main", "rules": [{"type": "deletion"}, {"type": "pull_request", "n": 1}]});
        let found = json!({"id": 7, "name": "main", "rules": [{"type": "pull_request", "n": 1, "x": 0}, {"type": "deletion"}]});
        assert!(holds(&wanted, &found));
        assert!(!holds(&wanted, &json!({"name": "main", "rules": [{"type": "deletion"}]})));
        assert!(!holds(
            &wanted,
            &json!({"name": "main", "rules": [{"type": "deletion"}, {"type": "pull_request", "n": 0}]})
        ));
    }

    #[test]
    fn jobs_are_told_from_steps_and_from_the_workflow() {
        let text = "name: check\njobs:\n  one:\n    name: first\n    steps:\n      - name: a step\n  two:\n    name: second\n";
        assert_eq!(job_names(text), ["first", "second"]);
    }
}
