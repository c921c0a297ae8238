//! A small deterministic generator of numbers and of garbage.

mod share;
mod sync;

use kmt_core::{
    AcquireKeyedMutex, AcquireKeyedMutex2, AdapterConfig, AdapterId, AdapterKind, Bitness, Call,
    CloseAdapter, CloseHandle, CreateDevice, CreateKeyedMutex, CreateKeyedMutex2, CreateProcess,
    DestroyDevice, DestroyKeyedMutex, DuplicateHandle, EntryPoint, EnumAdapters2, EnumAdapters3, Event,
    GetDeviceState, GlobalHandle, Host, Incident, Kernel, LocalHandle, Luid, MarkDeviceAsError, NtHandle,
    OpenAdapterFromLuid, OpenKeyedMutex, OpenKeyedMutex2, OutBuffer, Pick, PlaceProcessHandle, PrivateData,
    ProcessConfig, ProcessId, ReleaseKeyedMutex, ReleaseKeyedMutex2, Request, SetNtHandleFlags, ThreadId,
};

/// The generator SplitMix64, and the ids and handles that it likes to name.
pub struct Random {
    state: u64,
    processes: Vec<u64>,
    threads: Vec<u64>,
    global_handles: Vec<u64>,
    local_handles: Vec<u64>,
    nt_handles: Vec<u64>,
    /// The handles of the caller to objects that can be shared.
    shareable: Vec<u64>,
    /// The NT handles of the caller to objects that carry one.
    carriers: Vec<u64>,
    /// The devices of the caller.
    devices: Vec<u64>,
    /// The handles on devices of the caller, each with that of its device.
    on_devices: Vec<(LocalHandle, LocalHandle)>,
}

impl Random {
    pub const fn new(seed: u64) -> Self {
        Self {
            state: seed,
            processes: Vec::new(),
            threads: Vec::new(),
            global_handles: Vec::new(),
            local_handles: Vec::new(),
            nt_handles: Vec::new(),
            shareable: Vec::new(),
            carriers: Vec::new(),
            devices: Vec::new(),
            on_devices: Vec::new(),
        }
    }

    pub fn word(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.word() % bound
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    /// One of these, or now and then any word at all.
    fn near(&mut self, likely: &[u64]) -> u64 {
        match self.below(16) {
            0 => self.word(),
            1 => self.word() >> 32,
            _ if likely.is_empty() => self.below(8),
            _ => likely[self.below(likely.len() as u64) as usize],
        }
    }

    fn small(&mut self) -> u32 {
        self.near(&[0, 1, 2, 3, 4, 5, 6, 7]) as u32
    }

    fn local(&mut self) -> LocalHandle {
        let likely = self.local_handles.clone();
        LocalHandle::from_raw(self.near(&likely) as u32)
    }

    fn global(&mut self) -> GlobalHandle {
        let likely = self.global_handles.clone();
        GlobalHandle::from_raw(self.near(&likely) as u32)
    }

    fn key(&mut self) -> u64 {
        self.near(&[0, 0, 0, 1, 1 << 32])
    }

    fn timeout(&mut self) -> Option<i64> {
        match self.below(8) {
            0..=2 => None,
            3 => Some(self.word().cast_signed()),
            _ => Some([0, 0, -1, 1, i64::MIN, i64::MAX][self.below(6) as usize]),
        }
    }

    fn private_data(&mut self) -> PrivateData {
        match self.below(4) {
            0 => PrivateData::Null { size: self.near(&[0, 0, 1]) as u32 },
            _ => PrivateData::Bytes(vec![7; [0, 1, 1, 2, 4096, 4097][self.below(6) as usize]]),
        }
    }

    fn buffer(&mut self) -> OutBuffer {
        OutBuffer { is_null: self.below(8) == 0, size: self.near(&[0, 0, 1, 2]) as u32 }
    }

    /// A call on a keyed mutex.
    fn mutex_request(&mut self) -> Request {
        let (key, fence_value) = (self.key(), self.near(&[0, 1, 2]));
        match self.below(20) {
            0 | 1 => Request::CreateKeyedMutex(CreateKeyedMutex { initial_value: key }),
            2 | 3 => Request::CreateKeyedMutex2(CreateKeyedMutex2 {
                initial_value: key,
                private_data: self.private_data(),
                flags: self.near(&[0, 0, 1, 2]) as u32,
            }),
            4 | 5 => Request::OpenKeyedMutex(OpenKeyedMutex { shared: self.global() }),
            6 => Request::OpenKeyedMutex2(OpenKeyedMutex2 {
                shared: self.global(),
                private_data: self.private_data(),
            }),
            7 => Request::DestroyKeyedMutex(DestroyKeyedMutex { keyed_mutex: self.local() }),
            8..=11 => {
                let (keyed_mutex, timeout) = (self.local(), self.timeout());
                Request::AcquireKeyedMutex(AcquireKeyedMutex { keyed_mutex, key, timeout })
            }
            12..=14 => {
                let (keyed_mutex, timeout, buffer) = (self.local(), self.timeout(), self.buffer());
                Request::AcquireKeyedMutex2(AcquireKeyedMutex2 { keyed_mutex, key, timeout, buffer })
            }
            15..=17 => {
                Request::ReleaseKeyedMutex(ReleaseKeyedMutex { keyed_mutex: self.local(), key, fence_value })
            }
            _ => Request::ReleaseKeyedMutex2(ReleaseKeyedMutex2 {
                keyed_mutex: self.local(),
                key,
                fence_value,
                private_data: self.private_data(),
            }),
        }
    }

    fn nt(&mut self) -> NtHandle {
        let likely = self.nt_handles.clone();
        NtHandle::from_raw(self.near(&likely))
    }

    fn access(&mut self) -> u32 {
        self.near(&[0, 0x40, 0x1F_FFFF, 0x1000_0000, 0x8000_0000, 0x0200_0000, 0x0100_0000, 0x41]) as u32
    }

    fn luid(&mut self) -> Luid {
        Luid::from_raw(self.near(&[0, 1, 2, 3, 4]))
    }

    fn config(&mut self) -> ProcessConfig {
        let bits = if self.coin() { Bitness::Bits32 } else { Bitness::Bits64 };
        ProcessConfig {
            user: self.small(),
            session: self.small(),
            bits,
            administrator: self.coin(),
            raise_priority: self.coin(),
        }
    }

    fn process(&mut self) -> ProcessId {
        let likely = self.processes.clone();
        ProcessId::from_number(self.near(&likely) as u32)
    }

    pub fn thread(&mut self) -> ThreadId {
        let likely = self.threads.clone();
        ThreadId::from_number(self.near(&likely) as u32)
    }

    pub fn request(&mut self) -> Request {
        match self.below(70) {
            56.. => self.share_request(),
            38.. => self.sync_request(),
            20.. => self.mutex_request(),
            0 | 1 => Request::OpenAdapterFromLuid(OpenAdapterFromLuid { luid: self.luid() }),
            2 => Request::EnumAdapters2(EnumAdapters2 { capacity: self.small(), has_array: self.coin() }),
            3 => Request::EnumAdapters3(EnumAdapters3 {
                filter: self.near(&[0, 1, 2, 3, 4]),
                capacity: self.small(),
                has_array: self.coin(),
            }),
            4 => Request::CloseAdapter(CloseAdapter { adapter: self.local() }),
            5..=8 => Request::CreateDevice(CreateDevice { adapter: self.local(), flags: self.small() }),
            9 => Request::DestroyDevice(DestroyDevice { device: self.local() }),
            10 | 11 => {
                Request::GetDeviceState(GetDeviceState { device: self.local(), state_type: self.small() })
            }
            12 => Request::MarkDeviceAsError(MarkDeviceAsError {
                device: self.local(),
                reason: self.near(&[0x8000_0000, 0x8000_0006, 0]) as u32,
            }),
            13 => Request::CloseHandle(CloseHandle { handle: self.nt() }),
            14..=17 => Request::DuplicateHandle(self.duplicate()),
            18 => {
                Request::CreateProcess(CreateProcess { inherit_handles: self.coin(), config: self.config() })
            }
            _ if self.below(16) == 0 => Request::ExitProcess,
            _ => Request::NullArgument(EntryPoint::CreateDevice),
        }
    }

    fn duplicate(&mut self) -> DuplicateHandle {
        DuplicateHandle {
            source_process: self.nt(),
            source: self.nt(),
            target_process: self.nt(),
            desired_access: self.access(),
            attributes: self.small(),
            options: self.small(),
            report_target: self.coin(),
        }
    }

    pub fn host(&mut self) -> Host {
        match self.below(8) {
            6.. => self.share_host(),
            0 => Host::AddAdapter(self.adapter_config()),
            1 => Host::CreateProcess(self.config()),
            2 => Host::StartThread(self.process()),
            3 | 4 => Host::PlaceProcessHandle(PlaceProcessHandle {
                holder: self.process(),
                target: self.process(),
                granted_access: self.access(),
                inherit: self.coin(),
                protect_from_close: self.coin(),
            }),
            _ => Host::SetNtHandleFlags(SetNtHandleFlags {
                process: self.process(),
                handle: self.nt(),
                inherit: self.coin(),
                protect_from_close: self.coin(),
            }),
        }
    }

    fn adapter_config(&mut self) -> AdapterConfig {
        let kinds = [AdapterKind::Full, AdapterKind::ComputeOnly, AdapterKind::DisplayOnly];
        AdapterConfig {
            luid: self.luid(),
            kind: kinds[self.below(3) as usize],
            nodes: self.near(&[1, 2, 64, 65, 0]) as u32,
            physical_adapters: self.near(&[1, 1, 32, 33, 0]) as u32,
            has_display: self.coin(),
        }
    }

    pub fn incident(&mut self) -> Incident {
        match self.below(3) {
            0 => Incident::EndThread(self.thread()),
            1 => Incident::KillProcess(self.process()),
            _ => Incident::StopAdapter { adapter: AdapterId::from_number(self.small()), pick: Pick::Only },
        }
    }

    /// Any event but a step, most often one by somebody who lives.
    pub fn event(&mut self, kernel: &Kernel) -> Event {
        self.processes = kernel.processes().map(|process| u64::from(process.id.number())).collect();
        self.threads = kernel.threads().map(|thread| u64::from(thread.id.number())).collect();
        self.local_handles = vec![0, 0x4000_0000, 0x8000_0000];
        self.nt_handles = vec![u64::MAX, u64::MAX, u64::MAX, u64::MAX - 1, 0, 4, 9];
        let shared = kernel.keyed_mutexes().filter_map(|mutex| mutex.shared);
        let shared = shared.chain(kernel.sync_objects().filter_map(|object| object.shared));
        self.global_handles = shared.map(|handle| u64::from(handle.raw())).chain([0, 0x4000_0002]).collect();
        for process in kernel.processes() {
            let live = kernel.local_table(process.id).into_iter().flat_map(|table| table.entries);
            let live = live.filter(|entry| entry.object.is_some());
            let raw = |index: u32, generation: u8| u64::from(u32::from(generation) << 30 | index << 6);
            self.local_handles.extend(live.map(|entry| raw(entry.index, entry.generation)));
            let open = kernel.nt_table(process.id).into_iter().flat_map(|table| table.entries);
            self.nt_handles.extend(open.map(|entry| entry.handle.raw()));
        }
        match self.below(200) {
            0 => Event::Incident(self.incident()),
            1..=30 => Event::Host(self.host()),
            _ => {
                let thread = self.thread();
                self.see_devices(kernel, thread);
                self.see_shared(kernel, thread);
                let request = self.request();
                // Now and then one that is not offered.
                let picks = match kernel.picks(thread, &request) {
                    Ok(picks) if self.below(32) != 0 => picks,
                    _ => vec![
                        Pick::Only,
                        Pick::DeadlineAhead,
                        Pick::DeadlinePassed,
                        Pick::Release(vec![self.thread(), self.thread()]),
                    ],
                };
                let pick = picks[self.below(picks.len() as u64) as usize].clone();
                Event::Call(Call { thread, request, pick })
            }
        }
    }
}
