//! The short sound for a new message, made by the browser itself: two soft notes. It waits for the agent's first
//! gesture, as browsers ask, and never plays two at once: of the tabs of a browser, one
//! plays, whichever takes the browser's lock for the moment.
use js_sys::{Function, Promise};
use leptos::{ev, prelude::*, web_sys};
use merhaba_shared::browser::object::{get, object};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{AudioContext, AudioContextState, OscillatorType};

/// How loud, of 1.
const LOUDNESS: f32 = 0.12;
/// The notes: hertz, and the second they begin at.
const NOTES: [(f32, f64); 2] = [(659.25, 0.0), (880.0, 0.12)];
/// How long one note takes to fade, in seconds.
const FADE: f64 = 0.45;
/// No second sound within this time, in seconds.
const APART: f64 = 0.8;

/// The lock that a tab holds while it plays, and until all others have heard of the same thing.
const LOCK: &str = "merhaba:agent:sound";
/// For so long, in milliseconds.
const HELD: i32 = 2_000;

/// The sound, once the browser allows one.
#[derive(Clone, Copy)]
pub struct Sound {
    context: StoredValue<Option<AudioContext>, LocalStorage>,
    last: StoredValue<f64>,
}

impl Sound {
    /// Arms itself at the first press or key.
    pub fn new() -> Self {
        let sound = Self { context: StoredValue::new_local(None), last: StoredValue::new(f64::MIN) };
        drop(window_event_listener(ev::pointerdown, move |_| sound.arm()));
        drop(window_event_listener(ev::keydown, move |_| sound.arm()));
        sound
    }

    fn arm(self) {
        self.context.update_value(|context| {
            if context.is_none() {
                *context = AudioContext::new().ok();
            }
            if let Some(context) = context
                && context.state() == AudioContextState::Suspended
            {
                // A browser that still refuses stays silent; the title counts all the same.
                let _ = context.resume();
            }
        });
    }

    /// Plays, if the browser allows it and no other tab does.
    pub fn play(self) {
        let ready = self.context.with_value(|context| {
            context.as_ref().is_some_and(|context| context.state() == AudioContextState::Running)
        });
        // A tab that stays silent must not keep another from playing.
        if !ready {
            return;
        }
        let locks = get(&window().navigator(), "locks");
        let Some(request) = get(&locks, "request").dyn_ref::<Function>().cloned() else {
            // No locks (an insecure origin, an older browser): every tab plays.
            return self.sing();
        };
        let ours = Closure::once_into_js(move |lock: JsValue| {
            if lock.is_null() {
                return JsValue::UNDEFINED;
            }
            self.sing();
            // Held until this promise is kept.
            Promise::new(&mut |done, _| {
                let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&done, HELD);
            })
            .into()
        });
        // What the browser refuses is not heard; nothing hangs on it.
        let _ = request.call3(&locks, &LOCK.into(), &object(&[("ifAvailable", true.into())]), &ours);
    }

    fn sing(self) {
        self.context.with_value(|context| {
            let Some(context) = context else { return };
            let now = context.current_time();
            if context.state() == AudioContextState::Running && now - self.last.get_value() > APART {
                self.last.set_value(now);
                for (pitch, after) in NOTES {
                    // A note that cannot be made is not heard; nothing hangs on it.
                    let _ = note(context, pitch, now + after);
                }
            }
        });
    }
}

fn note(context: &AudioContext, pitch: f32, at: f64) -> Result<(), JsValue> {
    let (tone, gain) = (context.create_oscillator()?, context.create_gain()?);
    tone.set_type(OscillatorType::Sine);
    tone.frequency().set_value_at_time(pitch, at)?;
    gain.gain().set_value_at_time(0.0001, at)?;
    gain.gain().exponential_ramp_to_value_at_time(LOUDNESS, at + 0.015)?;
    gain.gain().exponential_ramp_to_value_at_time(0.0001, at + FADE)?;
    tone.connect_with_audio_node(&gain)?;
    gain.connect_with_audio_node(&context.destination())?;
    tone.start_with_when(at)?;
    tone.stop_with_when(at + FADE)
}
