//! Which version of each rule is in force: a rule that was edited gets a new one, over restarts too.

use std::collections::{BTreeMap, HashSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use counting::Rules;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What each camera's rules were when they were last in force.
#[derive(Debug)]
pub(crate) struct Versions {
    file: PathBuf,
    known: BTreeMap<String, BTreeMap<String, Known>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Known {
    version: u32,
    /// The rule without its version; null when it is not in the file at present.
    rule: Value,
}

impl Versions {
    /// Reads what is known; nothing at the first start.
    pub(crate) fn open(data: &Path) -> Result<Self> {
        let file = data.join("rule-versions.json");
        let known = match std::fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes).with_context(|| {
                format!("{} is damaged: delete it, and versions begin anew", file.display())
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", file.display())),
        };
        Ok(Self { file, known })
    }

    /// Gives each rule its version: the one it had if it is the same, the next one if it was edited, or the one in the
    /// rules file if that is higher.
    pub(crate) fn assign(&mut self, camera: &str, rules: &mut Rules) -> Result<()> {
        let before = self.known.get(camera).cloned().unwrap_or_default();
        let mut now = before.clone();
        for line in &mut rules.lines {
            let content = without_version(serde_json::to_value(&*line)?);
            line.version = version(&mut now, line_key(&line.name), line.version, content);
        }
        for zone in &mut rules.zones {
            let content = without_version(serde_json::to_value(&*zone)?);
            zone.version = version(&mut now, zone_key(&zone.name), zone.version, content);
        }
        // A rule that was taken out is another one when it comes back.
        let names: HashSet<String> = rules
            .lines
            .iter()
            .map(|line| line_key(&line.name))
            .chain(rules.zones.iter().map(|zone| zone_key(&zone.name)))
            .collect();
        for (_, known) in now.iter_mut().filter(|(name, _)| !names.contains(*name)) {
            known.rule = Value::Null;
        }
        if now != before {
            self.known.insert(camera.to_owned(), now);
            self.save().with_context(|| format!("cannot write {}", self.file.display()))?;
        }
        Ok(())
    }

    fn save(&self) -> Result<()> {
        let new = self.file.with_extension("json.new");
        let mut file = std::fs::File::create(&new)?;
        file.write_all(&serde_json::to_vec_pretty(&self.known)?)?;
        file.sync_all()?;
        Ok(std::fs::rename(&new, &self.file)?)
    }
}

fn version(known: &mut BTreeMap<String, Known>, name: String, written: u32, rule: Value) -> u32 {
    let version = match known.get(&name) {
        Some(before) if before.rule == rule => before.version.max(written),
        Some(before) => written.max(before.version + 1),
        None => written,
    };
    known.insert(name, Known { version, rule });
    version
}

fn line_key(name: &str) -> String {
    format!("line {name}")
}

fn zone_key(name: &str) -> String {
    format!("zone {name}")
}

fn without_version(mut rule: Value) -> Value {
    if let Some(fields) = rule.as_object_mut() {
        fields.remove("version");
    }
    rule
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "[[line]]\nname = \"door\"\npoints = [[0.1, 0.5], [0.9, 0.5]]\n\
                         [[line]]\nname = \"gate\"\npoints = [[0.1, 0.7], [0.9, 0.7]]\n";

    fn assigned(folder: &Path, text: &str) -> Vec<u32> {
        let mut rules = Rules::from_toml(text).unwrap();
        Versions::open(folder).unwrap().assign("entrance", &mut rules).unwrap();
        rules.lines.iter().map(|line| line.version).collect()
    }

    #[test]
    fn an_edited_rule_gets_a_new_version_and_keeps_it_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(assigned(folder.path(), RULES), [1, 1]);
        assert_eq!(assigned(folder.path(), RULES), [1, 1]);
        let edited = RULES.replace("0.9, 0.5", "0.8, 0.5");
        assert_eq!(assigned(folder.path(), &edited), [2, 1]);
        assert_eq!(assigned(folder.path(), &edited), [2, 1]);
        assert_eq!(assigned(folder.path(), RULES), [3, 1], "going back is a change as well");
        let (door, _) = RULES.split_at(RULES.rfind("[[line]]").unwrap());
        assert_eq!(assigned(folder.path(), door), [3]);
        assert_eq!(assigned(folder.path(), RULES), [3, 2], "a rule that comes back is a new one");
    }
}
