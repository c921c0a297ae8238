//! Which worlds a request means.

use super::World;

/// A name that no world has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no world \"{name}\"{}; the worlds are: {}", did_you_mean(.nearest.as_deref()), .known.join(", "))]
pub(super) struct UnknownWorld {
    name: String,
    nearest: Option<String>,
    known: Vec<String>,
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|name| format!(", did you mean \"{name}\"?")).unwrap_or_default()
}

/// The worlds called `names`, each once and in the registry's order; without names all, the deep ones only when asked.
pub(super) fn select<'a>(
    worlds: &'a [Box<dyn World>],
    names: &[String],
    deep: bool,
) -> Result<Vec<&'a dyn World>, UnknownWorld> {
    let known = || worlds.iter().map(|world| world.name());
    if let Some(name) = names.iter().find(|name| known().all(|known| known != *name)) {
        return Err(UnknownWorld {
            name: name.clone(),
            nearest: nearest(name, known()).map(str::to_owned),
            known: known().map(str::to_owned).collect(),
        });
    }
    let all = worlds.iter().map(AsRef::as_ref);
    Ok(all
        .filter(|world| {
            let named = names.iter().any(|name| name == world.name());
            named || (names.is_empty() && (deep || !world.deep()))
        })
        .collect())
}

/// The known name most like `name`, when one is like it at all.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.map(|known| (strsim::jaro_winkler(name, known), known));
    let best = scored.max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.filter(|(score, _)| *score > 0.7).map(|(_, known)| known)
}
