//! The objects of the kernel, a file each, and what keeps each of them alive.
//!
//! | object | is held by |
//! |---|---|
//! | process | itself, until it ends |
//! | thread | its process, until it or the process ends |
//! | wait | its blocked thread, until the call returns or the thread ends; a registered CPU wait its device, until it is satisfied |
//! | adapter | the machine, for ever |
//! | keyed mutex | its local handles, in whatever process |
//! | synchronisation object | its local handles, in whatever process, and the CPU waits that name it |
//! | opening | its local handle |
//! | device | its local handle; then, destroyed, its reclaim (T12) |
//! | NT object of a process | its NT handles, and the living process that it stands for |
//! | NT object of an event | its NT handles, the waits for it, the registered CPU waits and the notifications that set it |
//!
//! An object's file has the same sections in the same order: what part of WDDM it stands for, its life cycle; state;
//! requests; check and commit.

pub(crate) mod adapter;
pub(crate) mod device;
pub(crate) mod device_error;
pub(crate) mod devices;
pub(crate) mod event;
pub(crate) mod keyed_mutex;
pub(crate) mod process;
pub(crate) mod sync_object;
pub(crate) mod teardown;
