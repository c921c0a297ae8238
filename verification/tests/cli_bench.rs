//! `kmt bench --reference`: the sizes of the reference benchmark on the command line.

use std::process::Command;

use kmt::check::reference::{SizeError, world};
use kmt_model::keyed_mutex::scope::KeyedMutexWorld;

fn bench(sizes: &str) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kmt")).args(["bench", "--reference", sizes]).output();
    let output = output.expect("kmt runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("kmt prints text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn sizes_that_are_not_given_are_the_default_ones() {
    assert_eq!(world(""), Ok(KeyedMutexWorld::default()));
    assert_eq!(
        world(" keys = 3 ,threads=4"),
        Ok(KeyedMutexWorld { keys: 3, threads: 4, ..KeyedMutexWorld::default() })
    );
}

#[test]
fn sizes_that_do_not_fit_are_refused() {
    assert_eq!(world("threads"), Err(SizeError::NotASize("threads".to_owned())));
    assert_eq!(world("threads=many"), Err(SizeError::NotASize("threads=many".to_owned())));
    assert_eq!(world("adapters=1"), Err(SizeError::Unknown("adapters".to_owned())));
    assert_eq!(world("threads=7"), Err(SizeError::OutOfRange("threads")));
    let (code, _, error) = bench("keys=0");
    assert_eq!(code, Some(2));
    assert!(error.contains("keys is out of range"), "{error}");
}

/// The count that `model/README.md` gives for these sizes, from both engines.
#[test]
fn both_engines_find_the_documented_count() {
    let (code, table, error) = bench("threads=2,processes=2,handles=2,keys=2,fences=1,contents=1");
    assert_eq!(code, Some(0), "{error}");
    let rows: Vec<&str> = table.lines().filter(|line| line.contains("keyed-mutex-reference")).collect();
    assert_eq!(rows.len(), 4, "{table}");
    assert!(rows.iter().all(|row| row.contains("31,081")), "{table}");
}
