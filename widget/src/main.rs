//! The chat in the frame.
use leptos::prelude::*;
fn main() {
    let version = RwSignal::new(0_u32);
    leptos::mount::mount_to_body(move || view! { <For each=move || { let n = version.get(); (0..n).collect::<Vec<_>>() } key=|n| *n children=move |n| view! { <p on:click=move |_| version.set(n)>"x"</p> } /> });
}
