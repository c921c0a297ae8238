//! The second pass: every name is declared once, is used for what it is, and has a value by the time it is used.

use std::collections::{BTreeMap, BTreeSet};

use super::super::calls::{Kind, member};
use super::super::cast::{Cast, Thing};
use super::super::document::{
    After, Around, CallLine, Choice, Claim, Designation, EffectLine, FieldLine, HandleLine, HandleTarget,
    HandleText, HostLine, IncidentLine, Move, MoveKind, Releases, Scenario, Value,
};
use super::super::error::{Fault, nearest, one_of};
use super::super::place::{Name, Span};
use super::super::protocol::MOST_PROPERTIES;
use super::reader::Notes;

/// Everything that is wrong with the names of a scenario.
pub(super) fn check(scenario: &Scenario) -> Vec<Fault> {
    let cast = Cast::of(scenario);
    let checker = Checker { cast: &cast, notes: Notes::default() };
    checker.declarations();
    checker.world(scenario);
    checker.bounds(scenario);
    checker.programs(scenario);
    checker.schedule(scenario);
    checker.claims(scenario);
    checker.notes.into_faults()
}

struct Checker<'s> {
    cast: &'s Cast,
    notes: Notes,
}

/// The call that a name is used in, so that a name from a later call of the same thread is noticed.
type Caller = Option<(usize, usize)>;

impl Checker<'_> {
    fn declarations(&self) {
        let mut luids: BTreeMap<u64, &str> = BTreeMap::new();
        for (place, member) in self.cast.members.iter().enumerate() {
            let first = self.cast.place(&member.name).unwrap_or(place);
            if first != place {
                let what = self.cast.members[first].thing.describe();
                let found = format!("the name `{}` is given a second time", member.name);
                let fault = Fault::new(member.span.clone(), found, "a name that nothing else has");
                self.notes.note(fault.hint(Some(format!("it is already the name of {what}"))));
            }
            // ADP-03: no other adapter has or had the LUID.
            if member.thing == Thing::Adapter
                && let Some(other) = luids.insert(member.luid, &member.name)
            {
                let found = format!("adapter `{}` has the LUID {:#x}", member.name, member.luid);
                self.notes.wrong(
                    member.span.clone(),
                    found,
                    format!("a LUID other than that of `{other}` (ADP-03)"),
                );
            }
        }
    }

    fn world(&self, scenario: &Scenario) {
        for handle in &scenario.world.handles {
            self.placed_handle(handle);
        }
    }

    fn placed_handle(&self, handle: &HandleLine) {
        self.name(&handle.holder, Thing::Process);
        if let HandleTarget::Process(process) = &handle.target {
            self.name(process, Thing::Process);
        }
    }

    /// The host's own limits are kept by the text: the host cannot be refused in the middle of a run.
    fn bounds(&self, scenario: &Scenario) {
        let kinds = [("adapters", Thing::Adapter), ("threads", Thing::Thread)];
        for (key, thing) in kinds {
            let count = self.cast.members.iter().filter(|member| member.thing == thing).count();
            self.bound(scenario, key, count);
        }
        let hosted = self.cast.members.iter();
        let hosted =
            hosted.filter(|member| member.thing == Thing::Process && member.given_by.is_none()).count();
        self.bound(scenario, "processes", hosted);
    }

    fn bound(&self, scenario: &Scenario, key: &str, count: usize) {
        if let Some(limit) = scenario.world.limits.get(key)
            && count > limit.value as usize
        {
            let found = format!("`{key}` is {}, and the scenario has {count}", limit.value);
            self.notes.wrong(limit.span.clone(), found, format!("{count} or more"));
        }
    }

    fn programs(&self, scenario: &Scenario) {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for (place, program) in scenario.programs.iter().enumerate() {
            self.name(&program.thread, Thing::Thread);
            if !seen.insert(&program.thread) {
                let found = format!("thread `{}` has a second program", program.thread.value);
                self.notes.wrong(program.thread.span.clone(), found, "one program for each thread");
            }
            for (call, line) in program.calls.iter().enumerate() {
                self.call(line, Some((place, call)));
            }
        }
    }

    fn call(&self, line: &CallLine, caller: Caller) {
        for input in &line.inputs {
            if let Some(shape) = line.shape.input(input.field) {
                self.value(&input.value.value, &input.value.span, shape.kind, caller);
            }
        }
        if let Some(expect) = &line.expect {
            self.outputs(line, &expect.out);
            self.around(&expect.around);
        }
    }

    fn outputs(&self, line: &CallLine, out: &[FieldLine]) {
        for field in out {
            let Some(output) = line.shape.output(field.field) else { continue };
            self.value(&field.value.value, &field.value.span, output.kind, None);
        }
    }

    fn value(&self, value: &Value, span: &Span, kind: Kind, caller: Caller) {
        match value {
            Value::Handle(handle) => self.handle(handle, span, kind, caller),
            Value::Luid(name) => {
                self.text(name, span, &|thing| thing == Thing::Adapter, "an adapter", caller);
            }
            Value::Process(name) => {
                self.text(name, span, &|thing| thing == Thing::Process, "a process", caller);
            }
            Value::List(values) => {
                for value in values {
                    self.value(&value.value, &value.span, kind.entry(), caller);
                }
            }
            Value::Members(members) => {
                for FieldLine { field, value } in members {
                    if let Some(member) = member(field) {
                        self.value(&value.value, &value.span, member.kind, caller);
                    }
                }
            }
            Value::Number(_)
            | Value::Signed(_)
            | Value::Bytes(_)
            | Value::Text(_)
            | Value::Constant { .. }
            | Value::Flag(_)
            | Value::Null
            | Value::Nothing => {}
        }
    }

    fn handle(&self, handle: &HandleText, span: &Span, kind: Kind, caller: Caller) {
        let Some(name) = handle.name() else { return };
        let kind = match handle {
            HandleText::Nt(_) => Kind::Nt,
            HandleText::Local(_) => Kind::Local,
            HandleText::Global(_) => Kind::Global,
            _ => kind,
        };
        let (wanted, what): (&dyn Fn(Thing) -> bool, _) = match kind {
            Kind::Local => (&|thing| matches!(thing, Thing::Local(_)), "a D3DKMT handle"),
            Kind::Global => (&|thing| thing == Thing::Global, "a global handle"),
            _ => (&|thing| thing == Thing::Nt, "an NT handle"),
        };
        self.text(name, span, wanted, what, caller);
        if let HandleText::Foreign { process, .. } = handle {
            self.text(process, span, &|thing| thing == Thing::Process, "a process", None);
            let owner = self.cast.member(name).and_then(|member| member.owner.as_ref());
            if let Some(owner) = owner.filter(|owner| *owner != process) {
                let found = format!("`{name}` is not a handle of `{process}`");
                self.notes.wrong(span.clone(), found, format!("`foreign({name}, {owner})`"));
            }
        }
    }

    fn name(&self, name: &Name, wanted: Thing) {
        self.text(&name.value, &name.span, &|thing| thing == wanted, wanted.describe(), None);
    }

    fn text(&self, name: &str, span: &Span, wanted: &dyn Fn(Thing) -> bool, what: &str, caller: Caller) {
        let fitting = || self.cast.members.iter().filter(|member| wanted(member.thing));
        let Some(member) = self.cast.member(name) else {
            let known: BTreeSet<&str> = fitting().map(|member| member.name.as_str()).collect();
            let expected = if known.is_empty() {
                format!("{what}, and the scenario has none")
            } else {
                format!("{what}: {}", one_of(known.iter().copied()))
            };
            let fault = Fault::new(span.clone(), format!("nothing is named `{name}`"), expected);
            self.notes.note(fault.hint(nearest(name, known)));
            return;
        };
        if !wanted(member.thing) {
            let hint = match member.thing {
                Thing::Nt => {
                    Some(format!("`nt({name})` stands for the value of an NT handle in another field"))
                }
                Thing::Global => {
                    Some(format!("`global({name})` stands for the value of a global handle in another field"))
                }
                Thing::Local(_) => {
                    Some(format!("`local({name})` stands for the value of a D3DKMT handle in another field"))
                }
                _ => None,
            };
            let found = format!("`{name}` is {}", member.thing.describe());
            self.notes.note(Fault::new(span.clone(), found, what).hint(hint));
        } else if let (Some((thread, call)), Some((giver, given))) = (caller, member.given_by)
            && thread == giver
            && call <= given
        {
            let found = format!("`{name}` has no value yet: call {} of the same thread gives it", given + 1);
            self.notes.wrong(span.clone(), found, "a name that an earlier call gives");
        }
    }

    fn around(&self, around: &Around) {
        for effect in around.effects.iter().flatten() {
            match &effect.value {
                EffectLine::DeviceEnteredError { device, .. } | EffectLine::DeviceDestroyed { device } => {
                    self.device(device);
                }
                EffectLine::ThreadEnded { thread } => self.name(thread, Thing::Thread),
                EffectLine::ProcessEnded { process } => self.name(process, Thing::Process),
            }
        }
        for event in around.sets.iter().flatten() {
            self.name(event, Thing::Nt);
        }
        for wake in around.wakes.iter().flatten() {
            self.name(&wake.thread, Thing::Thread);
        }
    }

    fn releases(&self, releases: Option<&Releases>) {
        for thread in releases.into_iter().flat_map(|releases| &releases.value) {
            self.name(thread, Thing::Thread);
        }
    }

    fn device(&self, device: &Name) {
        let is_device = |thing| thing == Thing::Local("hDevice");
        self.text(device, &device.span, &is_device, "a handle that CreateDevice gives", None);
    }

    fn sync_object(&self, object: &Name) {
        let is_object = |thing| thing == Thing::Local("hSyncObject");
        self.text(object, &object.span, &is_object, "a handle of a synchronisation object", None);
    }

    fn incident(&self, incident: &IncidentLine) {
        match incident {
            IncidentLine::EndThread(thread) => self.name(thread, Thing::Thread),
            IncidentLine::KillProcess(process) => self.name(process, Thing::Process),
            IncidentLine::StopAdapter(adapter) => self.name(adapter, Thing::Adapter),
        }
    }

    fn schedule(&self, scenario: &Scenario) {
        let mut made: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in scenario.schedule.iter().flatten() {
            self.entry(entry);
            if let MoveKind::Call { thread, .. } = &entry.event.value
                && self.cast.member(thread).is_some_and(|member| member.thing == Thing::Thread)
            {
                let program = scenario.programs.iter().find(|program| program.thread == *thread);
                let calls = program.map_or(0, |program| program.calls.len());
                let count = made.entry(thread.as_str()).or_default();
                *count += 1;
                if *count > calls {
                    let found = format!("`{}` is to make call {count}", thread.value);
                    self.notes.wrong(entry.event.span.clone(), found, format!("at most its {calls} calls"));
                }
            }
        }
        for incident in &scenario.explore.incidents {
            self.incident(&incident.value);
        }
    }

    fn entry(&self, entry: &Move) {
        match &entry.event.value {
            MoveKind::Call { thread, choice } => {
                self.name(thread, Thing::Thread);
                if let Some(Choice::Releases(releases)) = choice {
                    self.releases(Some(releases));
                }
            }
            MoveKind::Timeout(thread) | MoveKind::Grant(thread) => self.name(thread, Thing::Thread),
            MoveKind::Notice { object, adapter, releases } => {
                if let Designation::Name(object) = object {
                    self.sync_object(object);
                }
                self.name(adapter, Thing::Adapter);
                self.releases(releases.as_ref());
            }
            MoveKind::Reclaim(Designation::Name(device)) => self.device(device),
            MoveKind::Incident { incident, releases } => {
                self.incident(incident);
                self.releases(releases.as_ref());
            }
            MoveKind::Host(HostLine::StartThread { process, .. }) => self.name(process, Thing::Process),
            MoveKind::Host(HostLine::PlaceHandle(handle)) => self.placed_handle(handle),
            MoveKind::Host(HostLine::SetHandleFlags { process, handle, .. }) => {
                self.name(process, Thing::Process);
                self.handle(&handle.value, &handle.span, Kind::Nt, None);
            }
            MoveKind::Reclaim(Designation::Number(_))
            | MoveKind::Host(
                HostLine::AddAdapter(_)
                | HostLine::CreateProcess(_)
                | HostLine::AddDirectory(_)
                | HostLine::PlaceNamedObject(_),
            ) => {}
        }
        self.around(&entry.around);
    }

    fn claims(&self, scenario: &Scenario) {
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for claim in scenario.never.iter().chain(&scenario.possible) {
            if !names.insert(&claim.name) {
                let found = format!("a second claim is named {:?}", claim.name.value);
                self.notes.wrong(claim.name.span.clone(), found, "a name that no other claim has");
            }
            self.claim(scenario, claim);
        }
        let calls = scenario.programs.iter().flat_map(|program| &program.calls);
        let expectations = calls.filter(|line| line.expect.is_some()).count();
        let properties = scenario.never.len() + scenario.possible.len() + expectations;
        if properties > MOST_PROPERTIES {
            let last = scenario.never.iter().chain(&scenario.possible).next_back();
            let span = last.map_or(0..0, |claim| claim.name.span.clone());
            let found = format!("the scenario states {properties} expectations and claims");
            self.notes.wrong(span, found, format!("at most {MOST_PROPERTIES}"));
        }
    }

    fn claim(&self, scenario: &Scenario, claim: &Claim) {
        for atom in &claim.all {
            let program = scenario.programs.iter().find(|program| program.thread == atom.call.thread);
            let line = program.and_then(|program| program.calls.get(atom.call.call.value as usize - 1));
            if let Some(line) = line {
                self.outputs(line, &atom.out);
            }
            if let Some(After::Incident(incident)) = atom.after.as_ref().map(|after| &after.value) {
                self.incident(incident);
            }
        }
    }
}
