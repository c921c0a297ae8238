//! The objects of the kernel, a file each, and what keeps each of them alive.
//!
//! | object | is held by |
//! |---|---|
//! | process | itself, until it ends |
//! | thread | its process, until it or the process ends |
//! | wait | its blocked thread, until the call returns or the thread ends |
//! | adapter | the machine, for ever |
//! | keyed mutex | its local handles, in whatever process |
//! | device | its local handle; then, destroyed, its reclaim (T12) |
//! | NT object | its NT handles, and the living process that it stands for |
//!
//! An object's file has the same sections in the same order: what part of WDDM it stands for, its life cycle; state;
//! requests; check and commit.

pub(crate) mod adapter;
pub(crate) mod device;
pub(crate) mod devices;
pub(crate) mod keyed_mutex;
pub(crate) mod process;
pub(crate) mod teardown;
