//! The local handle table against what the rules say.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(failure) = kmt::campaign::handle_table::run(bytes) {
        panic!("\n{failure}");
    }
});
