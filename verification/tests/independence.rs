//! The two kernels know nothing of each other, and neither depends on anything that could vary between runs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use regex::Regex;

/// What benchmarks of the core may use; nothing else stands between it and the language.
const CORE_BENCHES: [&str; 3] = ["criterion", "divan", "slotmap"];

/// What would make two equal runs differ: unordered iteration, clocks, chance, global state.
const UNSTEADY: &str = r"\b(HashMap|HashSet|Instant|SystemTime|thread_rng|static\s+mut)\b";

/// A file of this many lines is too long to hold in the head.
const TOO_LONG: usize = 500;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate has a repository").to_owned()
}

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("the manifests are readable")
}

fn package<'metadata>(metadata: &'metadata Metadata, name: &str) -> &'metadata Package {
    metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == name)
        .expect("the package is in the workspace")
}

fn dependencies(package: &Package, kinds: &[DependencyKind]) -> BTreeSet<String> {
    let wanted = package.dependencies.iter().filter(|dependency| kinds.contains(&dependency.kind));
    wanted.map(|dependency| dependency.name.clone()).collect()
}

const SHIPPED: [DependencyKind; 2] = [DependencyKind::Normal, DependencyKind::Build];
const ALL: [DependencyKind; 3] = [DependencyKind::Normal, DependencyKind::Build, DependencyKind::Development];

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// All Rust sources below a folder of the repository, with their paths; the folder must have some.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    fn collect(folder: &Path, files: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("the folder is readable").path();
            if path.is_dir() && !path.ends_with("target") {
                collect(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("sources are text");
                files.push((path, text));
            }
        }
    }
    let mut files = Vec::new();
    collect(&root().join(folder), &mut files);
    assert!(!files.is_empty(), "{folder} has no sources");
    files
}

/// `path:line` of each line of code, comments aside, that the pattern matches.
fn matches<'text>(
    files: impl IntoIterator<Item = (&'text Path, &'text str)>,
    pattern: &Regex,
) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in files {
        for (index, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if pattern.is_match(code) {
                found.push(format!("{}:{}", path.display(), index + 1));
            }
        }
    }
    found
}

fn borrowed(files: &[(PathBuf, String)]) -> impl Iterator<Item = (&Path, &str)> {
    files.iter().map(|(path, text)| (path.as_path(), text.as_str()))
}

#[test]
fn the_core_depends_on_nothing() {
    let metadata = metadata();
    let core = package(&metadata, "kmt-core");
    assert_eq!(dependencies(core, &SHIPPED), set(&[]));
    let benches = dependencies(core, &[DependencyKind::Development]);
    assert!(benches.is_subset(&set(&CORE_BENCHES)), "{benches:?}");
}

#[test]
fn the_model_depends_on_stateright_only() {
    let metadata = metadata();
    let model = package(&metadata, "kmt-model");
    assert_eq!(dependencies(model, &SHIPPED), set(&["stateright"]));
    assert!(dependencies(model, &ALL).iter().all(|name| !name.starts_with("kmt")));
}

#[test]
fn only_the_bridge_sees_both_kernels() {
    let metadata = metadata();
    let both = set(&["kmt-core", "kmt-model"]);
    let seeing: Vec<_> = metadata
        .packages
        .iter()
        .filter(|package| both.is_subset(&dependencies(package, &ALL)))
        .map(|package| package.name.as_str())
        .collect();
    assert_eq!(seeing, ["kmt"]);
    assert!(dependencies(package(&metadata, "kmt-fuzz"), &SHIPPED).contains("kmt"));
}

#[test]
fn neither_kernel_names_the_other() {
    for (folder, other) in [("core/src", "kmt_model"), ("model/src", "kmt_core")] {
        for (path, text) in sources(folder) {
            assert!(!text.contains(other), "{} names {other}", path.display());
        }
    }
}

#[test]
fn neither_kernel_has_anything_unsteady() {
    let pattern = Regex::new(UNSTEADY).unwrap();
    for folder in ["core/src", "model/src"] {
        let found = matches(borrowed(&sources(folder)), &pattern);
        assert!(found.is_empty(), "{found:#?}");
    }
}

#[test]
fn the_pattern_of_unsteady_things_finds_them() {
    let pattern = Regex::new(UNSTEADY).unwrap();
    let found = |text| matches([(Path::new("a.rs"), text)], &pattern);
    for text in [
        "use std::collections::HashMap;",
        "static  mut COUNT: u32 = 0;",
        "Instant::now()",
        "x: HashSet<u8>, // set",
    ] {
        assert_eq!(found(text), ["a.rs:1"], "{text}");
    }
    for text in
        ["// no HashMap here", "let my_hash_map = 1;", "struct InstantTimeout;", "static NAME: &str = \"\";"]
    {
        assert_eq!(found(text), [""; 0], "{text}");
    }
}

#[test]
fn the_core_has_no_standard_library() {
    let text = fs::read_to_string(root().join("core/src/lib.rs")).unwrap();
    assert!(text.lines().any(|line| line == "#![no_std]"));
    let pattern = Regex::new(r"\bstd::|\bextern crate std\b").unwrap();
    let code: Vec<_> =
        sources("core/src").into_iter().filter(|(path, _)| !path.ends_with("tests.rs")).collect();
    let found = matches(borrowed(&code), &pattern);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn unsafe_code_is_forbidden_everywhere_but_in_fuzz_targets() {
    let read =
        |path: &str| -> toml::Table { fs::read_to_string(root().join(path)).unwrap().parse().unwrap() };
    let workspace = read("Cargo.toml");
    assert_eq!(workspace["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for member in ["core", "model", "verification"] {
        let manifest = read(&format!("{member}/Cargo.toml"));
        assert_eq!(manifest["lints"]["workspace"].as_bool(), Some(true), "{member}");
    }
}

#[test]
fn every_file_is_short_enough_to_be_read() {
    let folders = ["core/src", "model/src", "verification/src", "fuzz"];
    let long: Vec<_> = folders
        .iter()
        .flat_map(|folder| sources(folder))
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines >= TOO_LONG)
        .collect();
    assert!(long.is_empty(), "{TOO_LONG} lines or more: {long:#?}");
}
