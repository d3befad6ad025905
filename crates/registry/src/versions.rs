use std::collections::{BTreeMap, BTreeSet};

use counting::Rules;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The last version of every rule that one camera ever had, by its kind and name. A rule that is edited, or comes back
/// after it was taken out, gets the next one; so a version in an event always means one and the same rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleVersions(pub(crate) BTreeMap<String, Known>);

/// A rule as it was when it was last in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) version: u32,
    /// The rule without its version; null while the camera has no such rule.
    pub(crate) rule: Value,
}

impl RuleVersions {
    /// Gives each rule its version: the one it had if it is the same, the next one if it was edited, or the one that is
    /// written in it if that is higher.
    pub fn assign(&mut self, rules: &mut Rules) {
        let mut names = BTreeSet::new();
        for line in &mut rules.lines {
            let name = format!("line {}", line.name);
            line.version = self.version(&name, line.version, content(&*line));
            names.insert(name);
        }
        for zone in &mut rules.zones {
            let name = format!("zone {}", zone.name);
            zone.version = self.version(&name, zone.version, content(&*zone));
            names.insert(name);
        }
        // A rule that was taken out is another one when it comes back.
        for (_, known) in self.0.iter_mut().filter(|(name, _)| !names.contains(*name)) {
            known.rule = Value::Null;
        }
    }

    /// Takes in what another place knows of the same camera: no version of it is given again.
    pub fn raise(&mut self, other: &Self) {
        for (name, theirs) in &other.0 {
            match self.0.get_mut(name) {
                Some(ours) if ours.version < theirs.version => *ours = theirs.clone(),
                Some(_) => {}
                None => {
                    self.0.insert(name.clone(), theirs.clone());
                }
            }
        }
    }

    fn version(&mut self, name: &str, written: u32, rule: Value) -> u32 {
        let version = match self.0.get(name) {
            Some(before) if before.rule == rule => before.version.max(written),
            Some(before) => written.max(before.version.saturating_add(1)),
            None => written,
        };
        self.0.insert(name.to_owned(), Known { version, rule });
        version
    }
}

/// A rule without its version.
fn content(rule: &impl Serialize) -> Value {
    let mut rule = serde_json::to_value(rule).expect("a rule is JSON: its numbers were checked to be finite");
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

    fn assigned(known: &mut RuleVersions, text: &str) -> Vec<u32> {
        let mut rules = Rules::from_toml(text).unwrap();
        known.assign(&mut rules);
        rules.lines.iter().map(|line| line.version).collect()
    }

    #[test]
    fn an_edited_rule_gets_a_version_that_no_rule_had_before() {
        let mut known = RuleVersions::default();
        assert_eq!(assigned(&mut known, RULES), [1, 1]);
        assert_eq!(assigned(&mut known, RULES), [1, 1]);
        let edited = RULES.replace("0.9, 0.5", "0.8, 0.5");
        assert_eq!(assigned(&mut known, &edited), [2, 1]);
        assert_eq!(assigned(&mut known, RULES), [3, 1], "going back is a change as well");
        let (door, _) = RULES.split_at(RULES.rfind("[[line]]").unwrap());
        assert_eq!(assigned(&mut known, door), [3]);
        assert_eq!(assigned(&mut known, RULES), [3, 2], "a rule that comes back is a new one");
    }

    #[test]
    fn what_another_place_knows_is_not_given_again() {
        let (mut ours, mut theirs) = (RuleVersions::default(), RuleVersions::default());
        assigned(&mut ours, RULES);
        assigned(&mut theirs, RULES);
        assigned(&mut theirs, &RULES.replace("0.9, 0.5", "0.8, 0.5"));
        ours.raise(&theirs);
        assert_eq!(assigned(&mut ours, RULES), [3, 1]);
    }
}
