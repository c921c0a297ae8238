//! The model's own words for everything that can happen.
//!
//! Operands are names. An action whose names do not exist cannot be formed ([`crate::rules::is_formed`]); a
//! dead handle is said outright, as [`DeadKind`].

use crate::state::{AdapterKind, AdapterName, DeviceName, LocalName, NtName, ProcessName, ThreadName};

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// A running thread makes a request.
    Call(ThreadName, Call),
    /// The host sets something up.
    Host(Host),
    /// Something ends or breaks.
    Incident(Incident),
    /// The machine does one enabled thing by itself.
    Step(Step),
}

/// A request of a client thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Call {
    /// A child of the caller's process.
    CreateProcess {
        /// Whether the child gets the inheritable NT handles.
        inherit_handles: bool,
    },
    /// The caller's process ends; the call does not return.
    ExitProcess,
    /// A handle to a running adapter.
    OpenAdapterFromLuid {
        /// Any number.
        luid: u64,
    },
    /// Handles to all running adapters, with an array given.
    EnumAdapters2 {
        /// Entries of the array.
        capacity: u32,
    },
    /// Handles to the running adapters that pass the filter, with an array given.
    EnumAdapters3 {
        /// Entries of the array.
        capacity: u32,
        /// Which adapters are wanted.
        filter: AdapterFilter,
    },
    /// The end of an adapter handle.
    CloseAdapter {
        /// The adapter handle.
        adapter: LocalOperand,
    },
    /// A device on an adapter.
    CreateDevice {
        /// The adapter handle.
        adapter: LocalOperand,
        /// Whether the flag word has a bit without a meaning.
        unknown_flag: bool,
    },
    /// The end of a device.
    DestroyDevice {
        /// The device handle.
        device: LocalOperand,
    },
    /// A question about a device.
    GetDeviceState {
        /// The device handle.
        device: LocalOperand,
        /// What is asked.
        query: DeviceQuery,
    },
    /// An error that the user-mode driver reports.
    MarkDeviceAsError {
        /// The device handle.
        device: LocalOperand,
        /// What is reported.
        reason: ErrorReason,
    },
    /// The end of an NT handle.
    CloseHandle {
        /// The NT handle.
        handle: NtOperand,
    },
    /// A second handle to an NT object, in the same or another process.
    DuplicateHandle(Duplicate),
}

/// The arguments of DuplicateHandle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Duplicate {
    /// The source process: an NT handle of the caller.
    pub source_process: NtOperand,
    /// The source handle: an NT handle of the source process; `Current` names the source process itself.
    pub source_handle: NtOperand,
    /// The target process: an NT handle of the caller; `Dead(Zero)` means that there is none (NTH-14).
    pub target_process: NtOperand,
    /// DesiredAccess as given: generic bits, MAXIMUM_ALLOWED and bits without a meaning included.
    pub desired_access: u32,
    /// OBJ_INHERIT of HandleAttributes.
    pub inherit: bool,
    /// Option 0x1, DUPLICATE_CLOSE_SOURCE.
    pub close_source: bool,
    /// Option 0x2, DUPLICATE_SAME_ACCESS.
    pub same_access: bool,
    /// Option 0x4, DUPLICATE_SAME_ATTRIBUTES.
    pub same_attributes: bool,
    /// Whether Options has a bit outside 0x7.
    pub unknown_option: bool,
    /// Whether pTargetHandle is given, so that the value is reported (NTH-16).
    pub reported: bool,
}

/// A local handle as an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LocalOperand {
    /// A live handle of the caller's process, of any kind.
    Named(LocalName),
    /// A value that is no live handle of the caller's process.
    Dead(DeadKind),
}

/// An NT handle as an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NtOperand {
    /// A live handle of the table in which the operand is looked up.
    Named(NtName),
    /// The value -1, the current process.
    Current,
    /// The value -2, the current thread.
    CurrentThread,
    /// Any other value without an entry in that table.
    Dead(DeadKind),
}

/// Why a value is no live handle; the verdict is the same for all (HND-09, NTH-08, NTH-10), but for `Zero` as
/// the target process of DuplicateHandle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeadKind {
    /// The value 0.
    Zero,
    /// A value that was never handed out.
    Unknown,
    /// A value that was freed and not handed out again.
    Stale,
    /// A value that is live in another process only.
    Foreign,
    /// A value of another handle space: NT for local, local for NT.
    OtherSpace,
}

/// The Filter of EnumAdapters3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AdapterFilter {
    /// Bit 0: compute-only adapters too.
    pub compute_only: bool,
    /// Bit 1: display-only adapters too.
    pub display_only: bool,
    /// Any of bits 2 to 63.
    pub unknown_bit: bool,
}

/// The StateType of GetDeviceState.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeviceQuery {
    /// The execution state.
    Execution,
    /// Whether the desktop was switched.
    Reset,
    /// The record of the page fault.
    PageFault,
    /// PRESENT, PRESENT_DWM or PRESENT_QUEUE.
    Present,
    /// Any other number.
    Unknown,
}

/// The Reason of MarkDeviceAsError.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorReason {
    /// GENERIC.
    Generic,
    /// DRIVER_ERROR.
    DriverError,
    /// Any other number.
    Unknown,
}

/// What the host sets up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Host {
    /// A process without a parent.
    CreateProcess,
    /// One more thread of a live process.
    StartThread {
        /// The process.
        process: ProcessName,
    },
    /// One more adapter.
    AddAdapter {
        /// Its number: not 0, and of no adapter that is or was (ADP-03).
        luid: u64,
        /// What it can do.
        kind: AdapterKind,
        /// Whether it has a display.
        display: bool,
    },
    /// A process handle placed in the table of a live process by the embedder.
    PlaceProcessHandle {
        /// The process that gets the handle.
        holder: ProcessName,
        /// The process that the handle names; it lives.
        target: ProcessName,
        /// The granted mask, within 0x1FFFFF.
        access: u32,
        /// The inherit flag.
        inherit: bool,
        /// The protect-from-close flag.
        protect: bool,
    },
    /// New flags for an NT handle.
    SetHandleFlags {
        /// The process that holds the handle.
        holder: ProcessName,
        /// The handle.
        handle: NtName,
        /// The new inherit flag.
        inherit: bool,
        /// The new protect-from-close flag.
        protect: bool,
    },
}

/// What ends or breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Incident {
    /// T10: a live process is killed.
    KillProcess(ProcessName),
    /// A running thread ends.
    EndThread(ThreadName),
    /// T11: a running adapter stops.
    StopAdapter(AdapterName),
}

/// What the machine does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// T12: a destroyed device goes.
    Reclaim(DeviceName),
}
