// What the page does in the browser beside Gradio: one object, filled by the files beside this one, in <head>. Its
// `words` are those of ui/words.py.
Object.assign(window.Dateline, {
  // Tell `heard` of clicks on links that a selector picks, in place of following them.
  onLink(selector, heard) {
    document.addEventListener('click', (event) => {
      const link = event.target.closest && event.target.closest(selector);
      if (!link) return;
      event.preventDefault();
      heard(link.getAttribute('href'));
    }, true);
  },

  // Go to what a click has shown, once Gradio has put it there; somebody who writes elsewhere by then stays there.
  focus(selector) {
    setTimeout(() => { if (!Dateline.isWriting()) document.querySelector(selector)?.focus(); }, 150);
  },
  isWriting() { return Boolean(document.activeElement?.matches('input, textarea')); },

  // The page is open once it has the talk that was open before; a question that is sent earlier waits for that,
  // or the talk would come over it.
  opened: new Promise((done) => {
    window.addEventListener('dateline-opened', done, { once: true });
    setTimeout(done, 15_000);
  }),
  hasOpened() { window.dispatchEvent(new Event('dateline-opened')); },

  // Each question that is asked gets the talk of now, and whether another one is being answered.
  askedAt: 0,
  async asking(_talk, _busy, ...inputs) {
    await Dateline.opened;
    // Gradio shuts its stream of events a moment after one was ended, and what was asked until then would hear nothing.
    const rest = Dateline.endedAt + 1_000 - Date.now();
    if (rest > 0) await Dateline.pause(rest);
    await Dateline.rested();
    const busy = Dateline.isBusy();
    if (busy) Dateline.notice(Dateline.words.busy);
    else Dateline.askedAt = Date.now();
    return [document.querySelector('#talk textarea, #talk input').value, busy ? 'busy' : '', ...inputs];
  },
  isBusy() { // between the click and the button that stops it, the time says so
    if (!Dateline.askedAt) return false;
    return Boolean(document.querySelector('#question .stop-button')) || Date.now() - Dateline.askedAt < 3_000;
  },
  // An answer that is read to its end is a moment from rest, on a slow line a long one: what is asked then waits for it.
  async rested() {
    const until = Date.now() + 15_000;
    while (Dateline.isBusy() && Dateline.isWhole() && Date.now() < until) await Dateline.pause(50);
  },
  isWhole() { // only a whole answer ends in its link
    const said = [...document.querySelectorAll('#chat [data-testid=user], #chat [data-testid=bot]')].at(-1);
    return Boolean(said?.matches('[data-testid=bot]') && said.querySelector('a[href^="#link-"]'));
  },
  pause(milliseconds) { return new Promise((done) => { setTimeout(done, milliseconds); }); },
  answered(busy) { // also where another one was not begun, and once more after a stop: neither ends what goes on
    if (busy) return [busy];
    if (Date.now() - Dateline.stoppedAt < 3_000) {
      Dateline.stoppedAt = 0;
      return ['stopped'];
    }
    Dateline.askedAt = 0;
    return [''];
  },
  stoppedAt: 0,
  endedAt: 0,
  ended() { // another conversation is opened: what is being answered ends
    if (Dateline.askedAt) Dateline.endedAt = Date.now();
    Dateline.askedAt = 0;
  },
  stopped() {
    Dateline.ended();
    Dateline.stoppedAt = Date.now();
  },

  // Say something for a moment, to those who see and to those who listen.
  notice(text) {
    let box = document.getElementById('notice');
    if (!box) {
      box = Object.assign(document.createElement('div'), { id: 'notice' });
      box.setAttribute('role', 'status');
      document.body.append(box);
    }
    box.textContent = text;
    clearTimeout(Dateline.noticed);
    Dateline.noticed = setTimeout(() => { box.textContent = ''; }, 6_000);
  },

  // The box is empty as soon as its question is sent, so that what is typed next is never taken away.
  async sent(talk, busy, question) {
    await Dateline.rested();
    const box = document.querySelector('#question textarea');
    if (box && box.value === question && !Dateline.isBusy()) {
      box.value = '';
      box.dispatchEvent(new Event('input', { bubbles: true }));
    }
    return Dateline.asking(talk, busy, question);
  },

  async copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = Object.assign(document.createElement('textarea'), { value: text });
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  },

  download(name, type, text) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    Object.assign(document.createElement('a'), { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  },
});
