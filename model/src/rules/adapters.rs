//! Adapters: adding, opening, enumerating, closing, stopping.

use super::devices::{destroy, fail};
use super::draft::Draft;
use crate::action::{AdapterFilter, LocalOperand};
use crate::observation::{AdapterReport, Output, Refusal};
use crate::state::{Adapter, AdapterKind, AdapterName, Execution, LocalObject, ProcessName};

/// Adds a running adapter.
pub(super) fn add_adapter(draft: &mut Draft, luid: u64, kind: AdapterKind, display: bool) -> Output {
    let name = AdapterName(u32::try_from(draft.state.adapters.len()).expect("fewer than 2^32 adapters"));
    draft.state.adapters.push(Adapter { luid, kind, display, running: true });
    Output::Adapter(name)
}

/// OpenAdapterFromLuid.
pub(super) fn open_adapter(draft: &mut Draft, caller: ProcessName, luid: u64) -> Result<Output, Refusal> {
    // ADP-04, FLT-18: a stopped adapter has no LUID to open.
    let (adapter, _) =
        running_adapters(draft).find(|(_, adapter)| adapter.luid == luid).ok_or(Refusal::NoSuchAdapter)?;
    // ADP-04: each open has a handle of its own.
    draft.open_local(caller, LocalObject::Adapter(adapter)).map(Output::AdapterHandle)
}

/// EnumAdapters2 (no filter) and EnumAdapters3, with an array.
pub(super) fn enumerate_adapters(
    draft: &mut Draft,
    caller: ProcessName,
    capacity: u32,
    filter: Option<AdapterFilter>,
) -> Result<Output, Refusal> {
    // ADP-07
    if filter.is_some_and(|filter| filter.unknown_bit) {
        return Err(Refusal::UnknownFilter);
    }
    let wanted =
        running_adapters(draft).filter(|(_, adapter)| passes(filter, adapter.kind)).collect::<Vec<_>>();
    // ADP-06
    if usize::try_from(capacity).is_ok_and(|capacity| capacity < wanted.len()) {
        return Err(Refusal::ArrayTooSmall);
    }
    // ADP-06, LIF-14: one handle each, in order of creation, all or none.
    let report = |(name, adapter): (AdapterName, Adapter)| {
        let handle = draft.open_local(caller, LocalObject::Adapter(name))?;
        // ADP-16
        Ok(AdapterReport { handle, luid: adapter.luid, sources: u32::from(adapter.display) })
    };
    wanted.into_iter().map(report).collect::<Result<Vec<_>, _>>().map(Output::Adapters)
}

fn passes(filter: Option<AdapterFilter>, kind: AdapterKind) -> bool {
    // ADP-07: EnumAdapters2 reports every kind.
    let Some(filter) = filter else { return true };
    match kind {
        AdapterKind::Full => true,
        AdapterKind::ComputeOnly => filter.compute_only,
        AdapterKind::DisplayOnly => filter.display_only,
    }
}

fn running_adapters(draft: &Draft) -> impl Iterator<Item = (AdapterName, Adapter)> + '_ {
    let named = (0..).map(AdapterName).zip(draft.state.adapters.iter().copied());
    named.filter(|(_, adapter)| adapter.running)
}

/// CloseAdapter.
pub(super) fn close_adapter(
    draft: &mut Draft,
    caller: ProcessName,
    operand: LocalOperand,
) -> Result<Output, Refusal> {
    let (handle, adapter) = draft.adapter_operand(caller, operand)?;
    // FLT-18, TRD-01: no other refusal, on a stopped adapter neither.
    let process = draft.process_mut(caller);
    let opened =
        process.local_handles.iter().filter(|handle| handle.object == LocalObject::Adapter(adapter)).count();
    // ADP-08, ADP-09: the last close takes the devices along, in order of creation.
    if opened == 1 {
        let devices = draft.state.devices.iter();
        let doomed = devices
            .filter(|device| device.process == caller && device.adapter == adapter && !device.destroyed)
            .map(|device| device.name)
            .collect::<Vec<_>>();
        for device in doomed {
            destroy(draft, device);
        }
    }
    // HND-19: the parent's handle last.
    draft.free_local(caller, handle);
    Ok(Output::Nothing)
}

/// T11: the adapter stops.
pub(super) fn stop_adapter(draft: &mut Draft, name: AdapterName) {
    // FLT-17: for ever; a returning adapter is another one.
    let adapters = (0..).map(AdapterName).zip(&mut draft.state.adapters);
    adapters.filter(|(other, _)| *other == name).for_each(|(_, adapter)| adapter.running = false);
    // FLT-17: every device of it, also one that is destroyed and not reclaimed yet, in one step.
    let devices = draft.state.devices.iter().filter(|device| device.adapter == name);
    let hit = devices.map(|device| device.name).collect::<Vec<_>>();
    fail(draft, name, &hit, Execution::Stopped);
}
