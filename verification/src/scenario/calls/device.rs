//! Calls on devices.

use kmt_core::{
    CreateDevice, DestroyDevice, DeviceStateReport, EntryPoint, GetDeviceState, MarkDeviceAsError, Output,
    Request,
};

use super::{CallShape, Constants, Kind, OutputField, Seen, needed, no_output, optional, output};

// ADP-10
const FLAGS: Constants = &[("LegacyMode", 1), ("RequestVSync", 2), ("DisableGpuTimeout", 4)];

// ADP-12
const STATE_TYPES: Constants = &[
    ("EXECUTION", 1),
    ("PRESENT", 2),
    ("RESET", 3),
    ("PRESENT_DWM", 4),
    ("PAGE_FAULT", 5),
    ("PRESENT_QUEUE", 6),
];

// ADP-13
pub(in crate::scenario) const EXECUTION_STATES: Constants = &[
    ("ACTIVE", 1),
    ("RESET", 2),
    ("HUNG", 3),
    ("STOPPED", 4),
    ("ERROR_OUTOFMEMORY", 5),
    ("ERROR_DMAFAULT", 6),
    ("ERROR_DMAPAGEFAULT", 7),
];

// ADP-14
const REASONS: Constants = &[("GENERIC", 0x8000_0000), ("DRIVER_ERROR", 0x8000_0006)];

const REPORTS: &[OutputField] = &[
    output("ExecutionState", Kind::Word(EXECUTION_STATES)),
    output("ResetState", Kind::Word(&[("DesktopSwitched", 1)])),
    output("FaultedPrimitiveAPISequenceNumber", Kind::Wide(&[])),
    output("FaultedPipelineStage", Kind::Word(&[])),
    output("FaultedBindTableEntry", Kind::Word(&[])),
    output("PageFaultFlags", Kind::Word(&[("WRITE", 1)])),
    output("FaultErrorCode", Kind::Word(&[])),
    output("FaultedVirtualAddress", Kind::Wide(&[])),
];

pub(super) const SHAPES: &[CallShape] = &[
    CallShape {
        name: "CreateDevice",
        inputs: &[needed("hAdapter", Kind::Local), optional("Flags", Kind::Word(FLAGS), 0)],
        outputs: &[output("hDevice", Kind::Local)],
        entry_point: Some(EntryPoint::CreateDevice),
        build: |arguments| {
            Request::CreateDevice(CreateDevice {
                adapter: arguments.local("hAdapter"),
                flags: arguments.word("Flags"),
            })
        },
        read: |output| match output {
            Output::CreateDevice { device } => vec![Seen::one("hDevice", device.raw())],
            _ => Vec::new(),
        },
    },
    CallShape {
        name: "DestroyDevice",
        inputs: &[needed("hDevice", Kind::Local)],
        outputs: &[],
        entry_point: Some(EntryPoint::DestroyDevice),
        build: |arguments| Request::DestroyDevice(DestroyDevice { device: arguments.local("hDevice") }),
        read: no_output,
    },
    CallShape {
        name: "GetDeviceState",
        inputs: &[needed("hDevice", Kind::Local), needed("StateType", Kind::Word(STATE_TYPES))],
        outputs: REPORTS,
        entry_point: Some(EntryPoint::GetDeviceState),
        build: |arguments| {
            Request::GetDeviceState(GetDeviceState {
                device: arguments.local("hDevice"),
                state_type: arguments.word("StateType"),
            })
        },
        read: read_report,
    },
    CallShape {
        name: "MarkDeviceAsError",
        inputs: &[needed("hDevice", Kind::Local), needed("Reason", Kind::Word(REASONS))],
        outputs: &[],
        entry_point: Some(EntryPoint::MarkDeviceAsError),
        build: |arguments| {
            Request::MarkDeviceAsError(MarkDeviceAsError {
                device: arguments.local("hDevice"),
                reason: arguments.word("Reason"),
            })
        },
        read: no_output,
    },
];

fn read_report(output: &Output) -> Vec<Seen> {
    let Output::GetDeviceState(report) = output else {
        return Vec::new();
    };
    match report {
        DeviceStateReport::Execution(state) => vec![Seen::one("ExecutionState", state.code())],
        DeviceStateReport::Reset { desktop_switched } => {
            vec![Seen::one("ResetState", u32::from(*desktop_switched))]
        }
        DeviceStateReport::PageFault(fault) => vec![
            Seen::one("FaultedPrimitiveAPISequenceNumber", fault.faulted_primitive_api_sequence_number),
            Seen::one("FaultedPipelineStage", fault.faulted_pipeline_stage),
            Seen::one("FaultedBindTableEntry", fault.faulted_bind_table_entry),
            Seen::one("PageFaultFlags", fault.page_fault_flags),
            Seen::one("FaultErrorCode", fault.fault_error_code),
            Seen::one("FaultedVirtualAddress", fault.faulted_virtual_address),
        ],
    }
}
