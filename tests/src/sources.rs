//! The project's own files, as the house rules read them. Nothing is executed here.
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A file of the project.
pub struct Source {
    /// Its path from the project's root, with `/` between folders.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// Whether it lies in that folder, at any depth, or is that file.
    #[must_use]
    pub fn under(&self, path: &str) -> bool {
        self.path == path
            || self.path.strip_prefix(path).is_some_and(|rest| path.ends_with('/') || rest.starts_with('/'))
    }

    /// Its lines without comments, numbered from 1.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines()).filter(|(_, line)| {
            let line = line.trim_start();
            !line.starts_with("//") && !line.starts_with('#')
        })
    }

    /// The lines before its own tests begin, where there are some.
    pub fn code_outside_tests(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = self.text.lines().position(|line| line.trim() == "#[cfg(test)]").unwrap_or(usize::MAX);
        let all = self.path.contains("/tests") || self.path.ends_with("contract.rs");
        self.code().filter(move |(number, _)| !all && *number <= tests)
    }
}

/// The project's root.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Every file of ours with one of these endings, in order of their paths.
#[must_use]
pub fn all(endings: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root(), &root(), endings, &mut found);
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn collect(root: &Path, folder: &Path, endings: &[&str], found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | ".git" | "node_modules") {
                collect(root, &path, endings, found);
            }
        } else if path.extension().is_some_and(|ending| endings.iter().any(|one| ending == *one))
            && let (Ok(text), Ok(path)) = (fs::read_to_string(&path), path.strip_prefix(root))
        {
            found.push(Source { path: path.to_string_lossy().replace('\\', "/"), text });
        }
    }
}
