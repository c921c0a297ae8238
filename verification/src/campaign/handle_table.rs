//! The core's local handle table against a plain list of what the rules say: for the fuzz target `handle_table`.

use std::collections::VecDeque;

use arbitrary::Unstructured;
use kmt_core::{
    Answer, Call, CloseAdapter, Event, Host, Kernel, Limits, LocalHandle, Luid, Misuse, OpenAdapterFromLuid,
    Output, Pick, Profile, Reply, Request, TableLimits, ThreadId,
};

/// The table as HND-02, HND-10, HND-11, HND-13 and HND-14 describe it.
#[derive(Debug)]
struct Expected {
    limits: TableLimits,
    /// The generation of each entry: that of its live handle, or of its next one.
    generations: Vec<u8>,
    free: VecDeque<usize>,
    live: Vec<u32>,
}

impl Expected {
    fn allocate(&mut self) -> Option<u32> {
        if self.free.len() <= self.limits.reserve as usize {
            let size = self.generations.len();
            let grown = size + self.limits.growth as usize;
            if grown > self.limits.max_entries as usize {
                return None;
            }
            self.generations.resize(grown, 1);
            self.free.extend(size..grown);
        }
        let index = self.free.pop_front()?;
        let value = u32::from(self.generations[index]) << 30 | u32::try_from(index).ok()? << 6;
        self.live.push(value);
        Some(value)
    }

    fn free(&mut self, value: u32) -> bool {
        let Some(place) = self.live.iter().position(|&live| live == value) else { return false };
        self.live.remove(place);
        let index = ((value & 0x3FFF_FFFF) >> 6) as usize;
        self.generations[index] = match self.generations[index] {
            1 => 2,
            2 => 3,
            _ => 1,
        };
        self.free.push_back(index);
        true
    }
}

/// Opens and closes adapter handles as the bytes say, and compares every value and every refusal.
///
/// # Errors
///
/// What the core did and what the rules say.
pub fn run(bytes: &[u8]) -> Result<usize, String> {
    let mut bytes = Unstructured::new(bytes);
    let growth = bytes.int_in_range(1..=8).unwrap_or(4);
    let reserve = bytes.int_in_range(0..=growth - 1).unwrap_or(0);
    let max_entries = bytes.int_in_range(growth..=64).unwrap_or(64);
    let limits = TableLimits { growth, reserve, max_entries };
    let mut kernel = machine(limits).map_err(|misuse| misuse.to_string())?;
    let mut expected = Expected { limits, generations: Vec::new(), free: VecDeque::new(), live: Vec::new() };
    let mut seen = Vec::new();
    let mut events = 0;
    while events < 4096 && !bytes.is_empty() {
        let Ok(choice) = bytes.arbitrary::<u8>() else { break };
        events += 1;
        if choice % 2 == 0 {
            let got = open(&mut kernel)?;
            let wanted = expected.allocate();
            if got != wanted {
                return Err(format!("event {events}: opened {got:x?}, the rules say {wanted:x?}"));
            }
            seen.extend(got);
        } else {
            // A value that was seen, live or stale, or any bits at all.
            let value = match bytes.choose(&seen) {
                Ok(&value) if choice < 240 => value,
                _ => bytes.arbitrary().unwrap_or(0),
            };
            let got = close(&mut kernel, value)?;
            let wanted = expected.free(value);
            if got != wanted {
                return Err(format!("event {events}: closing {value:#x} gave {got}, the rules say {wanted}"));
            }
        }
    }
    Ok(events)
}

fn machine(local_table: TableLimits) -> Result<Kernel, Misuse> {
    let mut kernel = Kernel::new(Profile::windows(), Limits { local_table, ..Limits::default() })?;
    let process = kmt_core::ProcessId::from_number(1);
    for host in [
        Host::AddAdapter(kmt_core::AdapterConfig::new(Luid::from_raw(1))),
        Host::CreateProcess(kmt_core::ProcessConfig::default()),
        Host::StartThread(process),
    ] {
        kernel.handle(Event::Host(host))?;
    }
    Ok(kernel)
}

fn call(kernel: &mut Kernel, request: Request) -> Result<Answer, String> {
    let call = Call { thread: ThreadId::from_number(1), request, pick: Pick::Only };
    kernel.handle(Event::Call(call)).map(|outcome| outcome.answer).map_err(|misuse| misuse.to_string())
}

fn open(kernel: &mut Kernel) -> Result<Option<u32>, String> {
    let open = OpenAdapterFromLuid { luid: Luid::from_raw(1) };
    match call(kernel, Request::OpenAdapterFromLuid(open))? {
        Answer::Complete(Reply { output: Output::OpenAdapterFromLuid { adapter }, .. }) => {
            Ok(Some(adapter.raw()))
        }
        Answer::Refused(_) => Ok(None),
        other => Err(format!("{other:?}")),
    }
}

fn close(kernel: &mut Kernel, value: u32) -> Result<bool, String> {
    let close = CloseAdapter { adapter: LocalHandle::from_raw(value) };
    match call(kernel, Request::CloseAdapter(close))? {
        Answer::Complete(_) => Ok(true),
        Answer::Refused(_) => Ok(false),
        other => Err(format!("{other:?}")),
    }
}
