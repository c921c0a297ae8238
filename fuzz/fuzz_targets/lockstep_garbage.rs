//! Events with any bits in any field, through core and model.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(failure) = kmt::campaign::garbage(bytes) {
        panic!("\n{failure}");
    }
});
