//! A list of elements that is kept in step with its keys. Leptos' own takes every line out and puts it in again as soon
//! as two come in front of it: for a log that is its whole layout at each step back, and a focus or a selection lost. Here
//! nothing moves that need not.
use alloc::vec::Vec;
use leptos::{html::Div, prelude::*, tachys::view::Mountable};
use wasm_bindgen::UnwrapThrowExt;
use web_sys::{Element, Node};

/// A line that is there; its signals live as long as it does.
struct Line<K, S: Mountable> {
    key: K,
    state: S,
    _owner: Owner,
}

/// The element goes with its line, also when all of them end: whoever draws something else in their place may use the
/// element around them again.
impl<K, S: Mountable> Drop for Line<K, S> {
    fn drop(&mut self) {
        self.state.unmount();
    }
}

impl<K, S: Mountable> Line<K, S> {
    fn element(&self) -> Option<Element> {
        self.state.elements().into_iter().next()
    }
}

/// Keeps one line for each key behind the element `after`, in the order of the keys; `view` draws a line, as one element.
/// A line is drawn once: one that says something else has another key.
pub fn list<K, V>(after: NodeRef<Div>, keys: impl Fn() -> Vec<K> + 'static, view: impl Fn(K) -> V + 'static)
where
    K: Clone + PartialEq + 'static,
    V: IntoView + 'static,
{
    // Not this effect's own: that forgets what belongs to it whenever it runs again.
    let parent = Owner::current().expect_throw("an owner");
    let effect = RenderEffect::new(move |lines: Option<Vec<Line<K, V::State>>>| {
        let lines = lines.unwrap_or_default();
        let (keys, Some(after)) = (keys(), after.get()) else { return lines };
        untrack(|| {
            let mut lines: Vec<_> = lines.into_iter().map(Some).collect();
            let kept = taken(&mut lines, &keys);
            drop(lines);
            draw(kept, keys, &after, |key| {
                let owner = parent.with(Owner::new);
                let state = owner.with(|| view(key.clone()).into_view().build());
                Line { key, state, _owner: owner }
            })
        })
    });
    // It ends with whoever asked for it.
    StoredValue::new_local(effect);
}

/// Takes out the line for each key, where there is one; those for which there is no key any more are left.
fn taken<K: PartialEq, S: Mountable>(
    lines: &mut [Option<Line<K, S>>],
    keys: &[K],
) -> Vec<Option<Line<K, S>>> {
    let mut next = 0;
    let find = |key: &K| {
        let is = |line: &Option<Line<K, S>>| line.as_ref().is_some_and(|line| line.key == *key);
        // Nearly always they are in the order of the keys.
        let at = if lines.get(next).is_some_and(is) { next } else { lines.iter().position(is)? };
        next = at + 1;
        lines.get_mut(at)?.take()
    };
    keys.iter().map(find).collect()
}

/// Puts them behind `after`, those that are missing too. An element that stands where it belongs is not touched.
fn draw<K, S: Mountable>(
    kept: Vec<Option<Line<K, S>>>,
    keys: Vec<K>,
    after: &Element,
    new: impl Fn(K) -> Line<K, S>,
) -> Vec<Line<K, S>> {
    let Some(parent) = after.parent_element() else { return Vec::new() };
    let mut here: Option<Node> = after.next_sibling();
    let drawn = kept.into_iter().zip(keys).map(|(line, key)| {
        let Some(mut line) = line else {
            let mut line = new(key);
            line.state.mount(&parent, here.as_ref());
            return line;
        };
        if line.element().map(Node::from) == here {
            here = here.as_ref().and_then(Node::next_sibling);
        } else {
            line.state.mount(&parent, here.as_ref());
        }
        line
    });
    drawn.collect()
}
