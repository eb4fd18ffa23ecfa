//! A site's departments: who of the team answers what, and which of them a visitor may ask for. Knows no store.
use super::reception::{ReceptionError, Words, tidy};
use merhaba_shared::protocol::{
    ids::AgentId,
    limits::{DEPARTMENT_BYTES, NAME_CHARS},
};
use serde::{Deserialize, Serialize};

/// Departments of one site.
pub const DEPARTMENTS: usize = 20;
/// Members of one department.
pub const MEMBERS: usize = 200;

/// A part of a site's team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Its word in addresses and in the store; small letters, digits and hyphens. It stays when the name changes.
    pub id: String,
    /// Its name by language.
    pub name: Words,
    /// Who answers in it; nobody: the whole team.
    #[serde(default)]
    pub members: Vec<AgentId>,
    /// Whether visitors may choose it before their first message.
    #[serde(default)]
    pub offered: bool,
}

/// Why departments are not taken: a sentence for the owner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DepartmentError {
    /// Too many, or one twice.
    #[error("a site has at most {DEPARTMENTS} departments, each with an id of its own")]
    Departments,
    /// Not an id.
    #[error("a department's id has 1 to {DEPARTMENT_BYTES} small letters, digits and hyphens")]
    Id,
    /// No name, or too long a one.
    #[error("a department has a name of 1 to {NAME_CHARS} characters")]
    Name,
    /// Not a language tag.
    #[error("a language is written as a tag, such as en or tr")]
    Language,
    /// Too many.
    #[error("a department has at most {MEMBERS} members")]
    Members,
}

/// Departments, tidied, in the order of the owner.
///
/// # Errors
/// [`DepartmentError`] with what is wrong first.
pub fn check(mut departments: Vec<Department>) -> Result<Vec<Department>, DepartmentError> {
    let twice = |(at, one): (usize, &Department)| departments[..at].iter().any(|other| other.id == one.id);
    if departments.len() > DEPARTMENTS || departments.iter().enumerate().any(twice) {
        return Err(DepartmentError::Departments);
    }
    for department in &mut departments {
        if !is_id(&department.id) {
            return Err(DepartmentError::Id);
        }
        tidy(&mut department.name, NAME_CHARS, &ReceptionError::Label).map_err(|error| match error {
            ReceptionError::Language => DepartmentError::Language,
            _ => DepartmentError::Name,
        })?;
        if department.name.is_empty() {
            return Err(DepartmentError::Name);
        }
        department.members.sort_unstable();
        department.members.dedup();
        if department.members.len() > MEMBERS {
            return Err(DepartmentError::Members);
        }
    }
    Ok(departments)
}

fn is_id(id: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=DEPARTMENT_BYTES).contains(&id.len()) && id.bytes().all(letter)
}

/// Whether an agent answers what is a department's. What is no department's, or one's that is gone or has no members,
/// is everybody's: nobody waits for somebody who does not exist.
#[must_use]
pub fn answers(departments: &[Department], agent: &AgentId, department: Option<&str>) -> bool {
    let found = department.and_then(|id| departments.iter().find(|one| one.id == id));
    found.is_none_or(|one| one.members.is_empty() || one.members.contains(agent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Vec<Department>, DepartmentError> {
        check(serde_json::from_str(json).expect("departments"))
    }

    #[test]
    fn departments_are_tidied_and_what_is_wrong_is_named() {
        let good = read(r#"[{"id":"sales","name":{"EN":" Sales ","tr":" "},"members":["b","a","b"]}]"#);
        let good = good.expect("good");
        assert_eq!(good[0].name, [("en".to_owned(), "Sales".to_owned())].into());
        assert_eq!(good[0].members, ["a", "b"].map(AgentId::from));
        for (bad, why) in [
            (r#"[{"id":"a","name":{"en":"A"}},{"id":"a","name":{"en":"B"}}]"#, DepartmentError::Departments),
            (r#"[{"id":"A","name":{"en":"A"}}]"#, DepartmentError::Id),
            (r#"[{"id":"","name":{"en":"A"}}]"#, DepartmentError::Id),
            (r#"[{"id":"a","name":{"en":" "}}]"#, DepartmentError::Name),
            (r#"[{"id":"a","name":{"e\"n":"A"}}]"#, DepartmentError::Language),
        ] {
            assert_eq!(read(bad), Err(why), "{bad}");
        }
        let long = format!(r#"[{{"id":"a","name":{{"en":"{}"}}}}]"#, "ş".repeat(NAME_CHARS + 1));
        assert_eq!(read(&long), Err(DepartmentError::Name));
        let many: Vec<_> =
            (0..=DEPARTMENTS).map(|n| format!(r#"{{"id":"d{n}","name":{{"en":"A"}}}}"#)).collect();
        assert_eq!(read(&format!("[{}]", many.join(","))), Err(DepartmentError::Departments));
    }

    #[test]
    fn what_is_nobodys_in_particular_is_everybodys() {
        let all =
            read(r#"[{"id":"sales","name":{"en":"S"},"members":["a"]},{"id":"open","name":{"en":"O"}}]"#)
                .expect("good");
        let (a, b) = ("a".into(), "b".into());
        assert!(answers(&all, &a, Some("sales")) && !answers(&all, &b, Some("sales")));
        for everybodys in [None, Some("open"), Some("gone")] {
            assert!(answers(&all, &b, everybodys), "{everybodys:?}");
        }
    }
}
