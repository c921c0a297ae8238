//! The model's own words for everything that can happen.
//!
//! Operands are names. An action whose names do not exist cannot be formed ([`crate::rules::is_formed`]); a
//! dead handle is said outright, as [`DeadKind`].

use crate::state::{
    AdapterKind, AdapterName, DeviceName, GlobalName, LocalName, NtName, ProcessName, ThreadName,
};

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// A running thread that is not blocked makes a request.
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
    /// A keyed mutex with a global handle.
    CreateKeyedMutex {
        /// The key that it holds at first.
        initial: u64,
    },
    /// A keyed mutex.
    CreateKeyedMutex2 {
        /// The key that it holds at first.
        initial: u64,
        /// Its private data.
        data: DataOperand,
        /// NtSecuritySharing: it gets no global handle.
        nt_sharing: bool,
        /// Whether the flag word has a bit without a meaning.
        unknown_flag: bool,
    },
    /// One more local handle to a keyed mutex.
    OpenKeyedMutex {
        /// The global handle.
        shared: GlobalOperand,
    },
    /// The same, with private data for a keyed mutex that has none.
    OpenKeyedMutex2 {
        /// The global handle.
        shared: GlobalOperand,
        /// The private data.
        data: DataOperand,
    },
    /// The end of a local handle to a keyed mutex.
    DestroyKeyedMutex {
        /// The handle.
        mutex: LocalOperand,
    },
    /// Takes a keyed mutex, or waits for it.
    AcquireKeyedMutex {
        /// The handle.
        mutex: LocalOperand,
        /// The key that it must hold.
        key: u64,
        /// How long the call may wait.
        timeout: Timeout,
    },
    /// The same, and reads the private data.
    AcquireKeyedMutex2 {
        /// The handle.
        mutex: LocalOperand,
        /// The key that it must hold.
        key: u64,
        /// How long the call may wait.
        timeout: Timeout,
        /// Where the private data goes.
        buffer: BufferOperand,
    },
    /// Gives a keyed mutex back.
    ReleaseKeyedMutex {
        /// The handle that owns it.
        mutex: LocalOperand,
        /// The key that it holds from now on.
        key: u64,
        /// The fence value that it holds from now on.
        fence: u64,
    },
    /// The same, and replaces the private data.
    ReleaseKeyedMutex2 {
        /// The handle that owns it.
        mutex: LocalOperand,
        /// The key that it holds from now on.
        key: u64,
        /// The fence value that it holds from now on.
        fence: u64,
        /// The private data from now on.
        data: DataOperand,
    },
}

/// How long an acquire may wait, in units of 100 ns (KMX-14). The clock is the simulator's (TIM-01): an absolute limit has
/// passed or is ahead, and the action says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Timeout {
    /// A null pointer: without limit.
    Unlimited,
    /// The value 0: one test.
    Zero,
    /// A negative value: so long after the entry.
    Relative(u64),
    /// A positive value: a system time that has not passed.
    AbsoluteAhead(u64),
    /// A positive value: a system time that has passed.
    AbsolutePassed(u64),
}

/// Private data that a call gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DataOperand {
    /// The size 0, whatever the pointer (KMX-24).
    None,
    /// A null pointer with a size other than 0.
    NullWithSize,
    /// A buffer.
    Bytes {
        /// Bytes; above 0.
        size: u32,
        /// A mark that stands for the bytes.
        content: u32,
    },
}

/// A buffer that a call gives to be filled with private data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BufferOperand {
    /// The size 0, whatever the pointer (KMX-24).
    None,
    /// A null pointer with a size other than 0.
    NullWithSize,
    /// A buffer.
    Bytes {
        /// Bytes; above 0.
        size: u32,
    },
}

/// A global handle as an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GlobalOperand {
    /// A live global handle.
    Named(GlobalName),
    /// A value that is no live global handle; not `Foreign`, as the one table is that of every process.
    Dead(DeadKind),
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
    /// A value of another handle space: NT or global for local, local or global for NT, local or NT for
    /// global.
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
    /// T14: the time limit of this thread's blocked call is reached.
    Timeout(ThreadName),
    /// T15: the keyed mutex for which this thread waits is given to it.
    Grant(ThreadName),
}
