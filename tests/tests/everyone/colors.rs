//! Whatever colour a site's owner has: what is written on it, and in it, can be read. The browser's own colours are
//! measured, in light and in dark, as it paints them.
use crate::Stage;
use merhaba_tests::screen::CHAT;
use serde_json::Value;

/// Contrast that text needs, and a mark of the focus.
const TEXT: f64 = 4.5;

/// Colours in all directions, all greys, and those nearest to where black and white change places.
const COLORS: &str = "const hex = (...c) => '#' + c.map(n => n.toString(16).padStart(2, 0)).join(''), steps = [0, 64, 128, 192, 255], colors = [];
    for (const r of steps) for (const g of steps) for (const b of steps) colors.push(hex(r, g, b));
    for (let n = 0; n < 256; n += 3) colors.push(hex(n, n, n), hex(n, 128, 255 - n));
    for (let n = 112; n < 124; n++) colors.push(hex(n, n, n));";

/// The pixels of a colour in any notation, and the contrast of two.
const CONTRAST: &str = "const g = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true }),
    light = css => { g.fillStyle = '#f0f'; g.fillStyle = css; g.fillRect(0, 0, 1, 1);
      const [r, gr, b] = [...g.getImageData(0, 0, 1, 1).data].map(n => (n /= 255) <= .04045 ? n / 12.92 : ((n + .055) / 1.055) ** 2.4);
      return .2126 * r + .7152 * gr + .0722 * b; },
    contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((x, y) => y - x); return (x + .05) / (y + .05); };";

/// The worst of all pairs of tokens over all colours, as [contrast, pair, colour].
const TOKENS: &str = "const root = document.documentElement, probe = document.body.appendChild(document.createElement('p')),
    paint = token => { probe.style.color = `var(--${token})`; return getComputedStyle(probe).color; },
    pairs = ['on-brand brand', 'brand-ink paper', 'brand-ink mist', 'brand-ink brand-soft', 'ink-2 paper', 'ink-2 mist', 'bad paper', 'note-ink note', 'good good-soft'];
    let worst = [99];
    for (const color of colors) {
      root.style.setProperty('--site', color);
      for (const pair of pairs) {
        const found = contrast(...pair.split(' ').map(paint));
        if (found < worst[0]) worst = [found, pair, color];
      }
    }
    probe.remove(); root.style.removeProperty('--site');
    return worst;";

fn readable(worst: &Value, place: &str) {
    assert!(worst[0].as_f64().is_some_and(|contrast| contrast >= TEXT), "{place}: {worst}");
}

#[tokio::test]
async fn text_on_and_in_any_brand_colour_can_be_read() {
    let stage = Stage::set().await;
    let page = stage.page("en").await;
    for theme in ["light", "dark"] {
        page.run(&format!("document.documentElement.dataset.theme = '{theme}'")).await;
        let worst = page.run(&format!("{COLORS}{CONTRAST}{TOKENS}")).await;
        readable(&worst, theme);
    }
    // The launcher stands on the website's page, with a style of its own.
    page.open(stage.relay.told("shop")).await;
    page.until(&format!("window.Merhaba && {CHAT}")).await;
    let launcher = format!(
        "{COLORS}{CONTRAST} const a = {CHAT}.querySelector('a'); let worst = [99];
         for (const color of colors) {{
           Merhaba.update({{ color }});
           const {{ color: text, backgroundColor }} = getComputedStyle(a), found = contrast(text, backgroundColor);
           if (found < worst[0]) worst = [found, text, backgroundColor];
         }}
         return worst;"
    );
    readable(&page.run(&launcher).await, "the launcher");
    page.close().await;
}
