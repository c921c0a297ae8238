//! NT events: making, setting, resetting them and waiting for them.

use kmt_core::{CreateEvent, NtHandle, Request, ResetEvent, SetEvent, WaitForEvent};

use super::case::{Case, Spoil};
use super::dead::{dead_event_handles, handles_of_another_type, weak_handles_of_another_type};
use super::nt_handles::with_low_bits;
use super::part::Part;
use super::run::Drive;
use super::scene::Scene;
use super::timeouts::{AT_ONCE, LATER};

pub(super) fn cases() -> Vec<Box<dyn Drive>> {
    vec![Box::new(create_event()), Box::new(set_event()), Box::new(reset_event()), Box::new(wait_for_event())]
}

/// The constructors for what is no event: for `dead` a value that is not open, for `other` another kind of object, and for
/// `other` and `weak` one that lacks the right as well.
pub(super) fn no_event<A: 'static>(
    scene: &Scene,
    [dead, other, weak]: [&'static str; 3],
    set: fn(&mut A, NtHandle),
) -> [Spoil<A>; 3] {
    let event = [Part::EventHandle];
    [
        Spoil::of(dead, &event).values(dead_event_handles(scene), set),
        Spoil::of(other, &event).values(handles_of_another_type(scene), set),
        Spoil::joint(&[other, weak], &event).values(weak_handles_of_another_type(scene), set),
    ]
}

/// The constructor for a handle of the event without a right.
pub(super) fn weak_event<A: 'static>(
    check: &'static str,
    handle: NtHandle,
    set: fn(&mut A, NtHandle),
) -> Spoil<A> {
    let values = with_low_bits(handle).into_iter().chain([handle]);
    let values = values.map(|value| (format!("a handle without the right, as {value}"), value));
    Spoil::of(check, &[Part::EventHandle]).values(values, set)
}

fn create_event() -> Case<CreateEvent> {
    let argument = CreateEvent { manual_reset: false, initial_state: false, report_handle: true };
    Case::new("CreateEvent", Request::CreateEvent, Scene::new(), argument)
        .sound_values("ManualReset", [true], |argument, manual| argument.manual_reset = manual)
        .sound_values("InitialState", [true], |argument, set| argument.initial_state = set)
        .sound("there are as many processes as can be", |draft| draft.scene.use_up_processes())
        .spoils([
            Spoil::<CreateEvent>::of("CreateEvent/1", &[Part::OutPointer])
                .variant("the output pointer is NULL", |draft| draft.argument.report_handle = false),
            Spoil::of("CreateEvent/2", &[Part::NtTable])
                .variant("the table is full", |draft| draft.scene.fill_nt_table(draft.scene.caller)),
            Spoil::of("CreateEvent/3", &[Part::NtObjects])
                .variant("there are as many events as can be", |draft| draft.scene.use_up_nt_objects()),
        ])
}

fn set_event() -> Case<SetEvent> {
    let scene = Scene::new();
    let argument = SetEvent { event: scene.event.full };
    let case = Case::new("SetEvent", Request::SetEvent, scene, argument);
    modifying(case, ["SetEvent/1", "SetEvent/2", "SetEvent/3"], |argument, handle| argument.event = handle)
}

fn reset_event() -> Case<ResetEvent> {
    let scene = Scene::new();
    let argument = ResetEvent { event: scene.event.full };
    let case = Case::new("ResetEvent", Request::ResetEvent, scene, argument);
    modifying(case, ["ResetEvent/1", "ResetEvent/2", "ResetEvent/3"], |argument, handle| {
        argument.event = handle;
    })
}

/// What the two calls have in common that need EVENT_MODIFY_STATE.
fn modifying<A: 'static>(
    case: Case<A>,
    [dead, other, weak]: [&'static str; 3],
    set: fn(&mut A, NtHandle),
) -> Case<A> {
    let scene = Scene::new();
    let event = scene.event;
    case.sound_values("hEvent", with_low_bits(event.full), set)
        .sound_values("hEvent without SYNCHRONIZE", [event.no_synchronize], set)
        // EVT-01, EVT-02
        .sound("the event is set", |draft| draft.scene.set_event())
        .sound("a thread waits for it", |draft| draft.scene.wait_for_the_event())
        .spoils(no_event(&scene, [dead, other, weak], set))
        .spoils([weak_event(weak, event.no_modify, set)])
}

fn wait_for_event() -> Case<WaitForEvent> {
    let scene = Scene::new();
    let event = scene.event;
    let set = |argument: &mut WaitForEvent, handle| argument.event = handle;
    let [dead, other, weak] = ["WaitForEvent/1", "WaitForEvent/2", "WaitForEvent/3"];
    let spoils = no_event(&scene, [dead, other, weak], set);
    let mut time_is_up = Spoil::<WaitForEvent>::of("WaitForEvent/4", &[Part::Timeout]);
    let argument = WaitForEvent { event: event.full, timeout: None };
    let mut case = Case::new("WaitForEvent", Request::WaitForEvent, scene, argument).waiting();
    for (timeout, pick) in AT_ONCE {
        time_is_up = time_is_up.variant(&format!("pTimeout {timeout}, {pick:?}"), move |draft| {
            draft.argument.timeout = Some(timeout);
            draft.pick = pick.clone();
        });
    }
    let at_once = AT_ONCE.map(|(timeout, pick)| (Some(timeout), pick));
    for (timeout, pick) in at_once.into_iter().chain(LATER) {
        // EVT-02, KMX-16: a set event is taken whatever the timeout.
        case = case.sound(&format!("the event is set, pTimeout {timeout:?}, {pick:?}"), move |draft| {
            draft.argument.timeout = timeout;
            draft.pick = pick.clone();
            draft.scene.set_event();
            draft.waits = false;
        });
    }
    for (timeout, pick) in LATER {
        case = case.sound(&format!("pTimeout {timeout:?}"), move |draft| {
            draft.argument.timeout = timeout;
            draft.pick = pick.clone();
        });
    }
    case.sound_values("hEvent", with_low_bits(event.full), set)
        .sound_values("hEvent without EVENT_MODIFY_STATE", [event.no_modify], set)
        .sound("another thread waits for it", |draft| draft.scene.wait_for_the_event())
        .sound("there are as many waits as can be", |draft| draft.scene.use_up_waits())
        .spoils(spoils)
        .spoils([weak_event(weak, event.no_synchronize, set), time_is_up])
}
