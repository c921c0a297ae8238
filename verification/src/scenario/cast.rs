//! Everything that a scenario gives a name to, and the number behind each name in the course of a run.

use std::collections::BTreeMap;

use super::calls::Kind;
use super::document::{
    AdapterLine, CallLine, HandleLine, HandleText, HostLine, MoveKind, ProcessLine, Scenario, Value,
};
use super::place::{Name, Span};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    /// A process.
    Process,
    /// A thread.
    Thread,
    /// An adapter, by its LUID.
    Adapter,
    /// A D3DKMT handle, and the output field that gives it.
    Local(&'static str),
    /// A global D3DKMT handle.
    Global,
    /// An NT handle.
    Nt,
}

impl Thing {
    /// What it is, for a message.
    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::Process => "a process",
            Self::Thread => "a thread",
            Self::Adapter => "an adapter",
            Self::Local(_) => "a D3DKMT handle",
            Self::Global => "a global handle",
            Self::Nt => "an NT handle",
        }
    }
}

/// One name and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// The name.
    pub(crate) name: String,
    /// Where it is declared.
    pub(crate) span: Span,
    /// What it stands for.
    pub(crate) thing: Thing,
    /// The process that it belongs to, where the text says so: of a thread and of a handle.
    pub(crate) owner: Option<String>,
    /// The program and the call in it that give the name, both from 0; none for what the host makes.
    pub(crate) given_by: Option<(usize, usize)>,
    /// The LUID of an adapter.
    pub(crate) luid: u64,
}

/// All names of a scenario, in the order in which they are declared.
#[derive(Clone, Debug)]
pub(crate) struct Cast {
    /// Every declaration, also those that repeat a name.
    pub(crate) members: Vec<Member>,
    places: BTreeMap<String, usize>,
}

impl Cast {
    /// The cast of a scenario. Where a name is declared twice it stands for the first.
    pub(crate) fn of(scenario: &Scenario) -> Self {
        let mut cast = Self { members: Vec::new(), places: BTreeMap::new() };
        let world = &scenario.world;
        for adapter in &world.adapters {
            cast.adapter(adapter);
        }
        for process in &world.processes {
            cast.process(process);
        }
        for handle in &world.handles {
            cast.handle(handle);
        }
        cast.host_events(scenario);
        for (place, program) in scenario.programs.iter().enumerate() {
            for (call, line) in program.calls.iter().enumerate() {
                cast.call(line, &program.thread, (place, call));
            }
        }
        cast
    }

    /// The place of a name among the members.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// What a name stands for.
    pub(crate) fn member(&self, name: &str) -> Option<&Member> {
        self.place(name).map(|place| &self.members[place])
    }

    fn host_events(&mut self, scenario: &Scenario) {
        for entry in scenario.schedule.iter().flatten() {
            let MoveKind::Host(host) = &entry.event.value else { continue };
            match host {
                HostLine::AddAdapter(adapter) => self.adapter(adapter),
                HostLine::CreateProcess(process) => self.process(process),
                HostLine::StartThread { process, name } => {
                    self.add(name, Thing::Thread, Some(process.value.clone()), None);
                }
                HostLine::PlaceHandle(handle) => self.handle(handle),
                HostLine::AddDirectory(_)
                | HostLine::PlaceNamedObject(_)
                | HostLine::SetHandleFlags { .. } => {}
            }
        }
    }

    fn adapter(&mut self, adapter: &AdapterLine) {
        let place = self.members.iter().filter(|member| member.thing == Thing::Adapter).count();
        let luid = adapter.config(place).luid.raw();
        self.add(&adapter.name, Thing::Adapter, None, None);
        if let Some(member) = self.members.last_mut() {
            member.luid = luid;
        }
    }

    fn process(&mut self, process: &ProcessLine) {
        self.add(&process.name, Thing::Process, None, None);
        for thread in &process.threads {
            self.add(thread, Thing::Thread, Some(process.name.value.clone()), None);
        }
    }

    fn handle(&mut self, handle: &HandleLine) {
        self.add(&handle.name, Thing::Nt, Some(handle.holder.value.clone()), None);
    }

    fn call(&mut self, line: &CallLine, thread: &str, given_by: (usize, usize)) {
        let caller = self.member(thread).and_then(|member| member.owner.clone());
        let mut child = None;
        for gives in &line.gives {
            let Some(output) = line.shape.output(gives.field) else { continue };
            let (thing, owner) = match output.kind {
                Kind::Process => (Thing::Process, None),
                // A duplicate belongs to its target process, which the text need not say.
                Kind::Nt if gives.field == "pTargetHandle" => (Thing::Nt, target_of(line, caller.as_ref())),
                Kind::Nt => (Thing::Nt, caller.clone()),
                // HND-23: it belongs to no process.
                Kind::Global => (Thing::Global, None),
                _ => (Thing::Local(output.name), caller.clone()),
            };
            for name in &gives.names {
                if thing == Thing::Process {
                    child = Some(name.value.clone());
                }
                self.add(name, thing, owner.clone(), Some(given_by));
            }
        }
        for thread in &line.threads {
            self.add(thread, Thing::Thread, child.clone(), Some(given_by));
        }
    }

    fn add(&mut self, name: &Name, thing: Thing, owner: Option<String>, given_by: Option<(usize, usize)>) {
        self.places.entry(name.value.clone()).or_insert(self.members.len());
        self.members.push(Member {
            name: name.value.clone(),
            span: name.span.clone(),
            thing,
            owner,
            given_by,
            luid: 0,
        });
    }
}

fn target_of(line: &CallLine, caller: Option<&String>) -> Option<String> {
    let target = line.inputs.iter().find(|input| input.field == "TargetProcess")?;
    match &target.value.value {
        Value::Handle(HandleText::CurrentProcess) => caller.cloned(),
        _ => None,
    }
}

/// The number behind each name: the value of a handle, or the id of a process, thread or adapter; none before it has one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Bindings(Vec<Option<u64>>);

impl Bindings {
    /// Bindings in which no name has a number.
    pub(crate) fn none(cast: &Cast) -> Self {
        Self(vec![None; cast.members.len()])
    }

    /// Gives the member at this place a number.
    pub(crate) fn bind(&mut self, place: usize, number: u64) {
        self.0[place] = Some(number);
    }

    /// Takes the number of the member at this place away.
    pub(crate) fn forget(&mut self, place: usize) {
        self.0[place] = None;
    }

    /// The number of the member at this place.
    pub(crate) fn get(&self, place: usize) -> Option<u64> {
        self.0[place]
    }

    /// The first member of a kind that has this number.
    pub(crate) fn find<'c>(
        &self,
        cast: &'c Cast,
        kind: fn(Thing) -> bool,
        number: u64,
    ) -> Option<&'c Member> {
        let mut pairs = cast.members.iter().zip(&self.0);
        pairs.find(|(member, bound)| kind(member.thing) && **bound == Some(number)).map(|(member, _)| member)
    }
}
