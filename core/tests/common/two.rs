//! Two processes, one with a handle to the other.

use kmt_core::{DuplicateHandle, Limits, NtHandle, ProcessId, Request, ThreadId};

use super::{ALL_ACCESS, World};

/// A caller, and another process to which it has a handle with all rights: the first handle, 4.
pub struct Two {
    pub world: World,
    pub me: ProcessId,
    pub thread: ThreadId,
    pub other: ProcessId,
    pub other_thread: ThreadId,
    pub handle: NtHandle,
}

/// The two under the default limits.
pub fn two() -> Two {
    two_under(Limits::default())
}

/// The two under these limits.
pub fn two_under(limits: Limits) -> Two {
    let mut world = World::with_limits(limits);
    let (me, thread) = world.process();
    let (other, other_thread) = world.process();
    let handle = world.place(me, other, ALL_ACCESS);
    Two { world, me, thread, other, other_thread, handle }
}

/// The request of a duplication.
pub fn duplicate(request: DuplicateHandle) -> Request {
    Request::DuplicateHandle(request)
}
