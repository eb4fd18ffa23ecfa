// The way around where a network lets no websocket through: fetched only then, it puts a class of the same shape in
// the place of the page's own WebSocket, which carries the same frames over single requests (PROTOCOL.md). It never
// knows what a frame says, and gives the place back as soon as a websocket opens.
const Socket = WebSocket, AGAIN = 1e3, TRIES = 4, LOOK = 3e5, OPENS = 5e3, MOST = 6e4, links = new Set(),
  pause = time => new Promise(done => setTimeout(done, time)),
  // For the next page in this tab: edges.js reads it.
  note = text => { try { sessionStorage['merhaba:link'] = text; } catch { /* Then that one finds out by itself. */ } },
  // Frames behind their lengths; an empty one is the end.
  pack = frames => {
    const body = new Uint8Array(frames.reduce((size, frame) => size + frame.length + 4, 0)), view = new DataView(body.buffer);
    let at = 0;
    for (const frame of frames) {
      view.setUint32(at, frame.length);
      body.set(frame, at + 4);
      at += frame.length + 4;
    }
    return body;
  },
  // Whether a real websocket opens here; nothing is sent on it.
  opens = () => new Promise(done => {
    const socket = new Socket(location.origin.replace('http', 'ws') + '/ws/visitor', 'merhaba.v1.json');
    socket.onopen = () => { done(true); socket.close(); };
    socket.onerror = socket.onclose = () => done(false);
    setTimeout(() => { done(false); socket.close(); }, OPENS);
  });

class Link extends EventTarget {
  readyState = 0;
  binaryType = 'blob';
  #path; #secret; #ended = new AbortController();
  // Frames up that are not known to have been taken, and the number of the first of them.
  #up = []; #from = 0; #busy = false; #read = Promise.resolve();

  constructor(url, protocol) {
    super();
    this.#path = new URL(url).pathname.replace('ws', 'link');
    links.add(this);
    this.#run(protocol);
  }

  send(data) {
    // Whatever a websocket takes, copied at once: the program's memory moves on.
    const bytes = new Response(data).arrayBuffer();
    this.#read = this.#read.then(async () => {
      this.#up.push(new Uint8Array(await bytes));
      this.#push();
    });
  }

  close(code = 1005, reason = '') {
    if (this.readyState == 3) return;
    if (this.readyState == 1) this.#post('/send', { 'Merhaba-From': this.#from }, pack([...this.#up, '']), true).catch(() => 0);
    this.#end(code, reason);
  }

  #end(code, reason) {
    if (this.readyState == 3) return;
    this.readyState = 3;
    this.#ended.abort();
    links.delete(this);
    queueMicrotask(() => {
      if (code == 1006) this.dispatchEvent(new Event('error'));
      this.dispatchEvent(new CloseEvent('close', { code, reason, wasClean: code != 1006 }));
    });
  }

  // One request; what was answered. `last`: it leaves even if the page is going, and nothing waits for it.
  async #post(way, headers, body, last) {
    if (this.#secret) headers['Merhaba-Link'] = this.#secret;
    const answer = await fetch(this.#path + way, { method: 'POST', headers, body, keepalive: last, cache: 'no-store', signal: last ? null : this.#ended.signal });
    if (!answer.ok) throw answer.status;
    return [answer.headers, await answer.arrayBuffer()];
  }

  // The same, again and again while the network or the relay only stumbles.
  async #sure(way, headers, body) {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#post(way, headers, body);
      } catch (why) {
        if (why < 500 || tries == TRIES || this.readyState == 3) throw why;
        await pause(AGAIN * tries);
      }
    }
  }

  async #run(protocol) {
    try {
      const [headers] = await this.#post('', { 'Merhaba-Protocol': protocol });
      this.#secret = headers.get('Merhaba-Link');
      this.readyState = 1;
      this.dispatchEvent(new Event('open'));
      for (let have = 0; this.readyState == 1;) have = await this.#receive(have);
    } catch {
      this.#end(1006, '');
    }
  }

  async #receive(have) {
    const [headers, body] = await this.#sure('/receive', { 'Merhaba-Have': have }), view = new DataView(body);
    let number = +headers.get('Merhaba-From');
    for (let at = 0; at < body.byteLength;) {
      const length = view.getUint32(at), from = at += 4;
      if (!length) {
        this.#end(view.getUint16(at), new TextDecoder().decode(body.slice(at + 2)));
        break;
      }
      at += length;
      // One that came before, in an answer to a request that was sent again.
      if (number++ < have) continue;
      have = number;
      this.dispatchEvent(new MessageEvent('message', { data: body.slice(from, at) }));
      if (this.readyState != 1) break;
    }
    return have;
  }

  // Sends what waits, one request at a time.
  async #push() {
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.readyState == 1 && this.#up.length) {
        let count = 0, size = 0;
        while (count < this.#up.length && (!count || size + this.#up[count].length < MOST)) size += this.#up[count++].length + 4;
        await this.#sure('/send', { 'Merhaba-From': this.#from }, pack(this.#up.slice(0, count)));
        this.#up.splice(0, count);
        this.#from += count;
      }
    } catch {
      this.#end(1006, '');
    }
    this.#busy = false;
  }
}

// Looks every few minutes whether the network is another one now; then whoever is linked comes back by a websocket.
async function look() {
  for (;;) {
    await pause(LOOK);
    if (!links.size || !await opens()) continue;
    window.WebSocket = Socket;
    note('');
    return [...links].forEach(link => link.close(1001));
  }
}

// Called when websockets did not open. It takes their place only if the relay answers at this very time and a websocket
// still does not open: else it is the relay that was away. `sure`: that was so a moment ago, on the page before.
export default async sure => {
  const check = sure || await fetch('/api/v1/ws-check?for=visitor', { cache: 'no-store' });
  if (window.WebSocket == Link || !sure && (!(await check.json()).ok || await opens())) return;
  window.WebSocket = Link;
  note(Date.now());
  dispatchEvent(new Event('online'));
  look();
};
