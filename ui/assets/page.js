// The scripts of the page in addition to Gradio: one object in <head>, filled by the files in this folder. Its `words`
// come from ui/words.py.
Object.assign(window.Dateline, {
  // Call a listener for clicks on matching links instead of following them.
  onLink(selector, listener) {
    document.addEventListener('click', (event) => {
      const link = event.target.closest && event.target.closest(selector);
      if (!link) return;
      event.preventDefault();
      listener(link.getAttribute('href'));
    }, true);
  },

  // Focus what a click has opened, when Gradio has rendered it, unless the person is typing somewhere else by then.
  focus(selector) {
    setTimeout(() => { if (!Dateline.isWriting()) document.querySelector(selector)?.focus(); }, 150);
  },
  isWriting() { return Boolean(document.activeElement?.matches('input, textarea')); },

  // The page is ready when the last conversation has been loaded. A question that is sent earlier waits for that,
  // or the conversation would replace it.
  opened: new Promise((done) => {
    window.addEventListener('dateline-opened', done, { once: true });
    setTimeout(done, 15_000);
  }),
  hasOpened() { window.dispatchEvent(new Event('dateline-opened')); },

  // Each question gets the current conversation, and whether another question is being answered.
  askedAt: 0,
  async asking(_conversation, _busy, ...inputs) {
    await Dateline.opened;
    // Gradio closes its event stream shortly after an event was canceled. A question asked before that gets no answer.
    const rest = Dateline.endedAt + 1_000 - Date.now();
    if (rest > 0) await Dateline.pause(rest);
    await Dateline.rested();
    const busy = Dateline.isBusy();
    if (busy) Dateline.notice(Dateline.words.busy);
    else Dateline.askedAt = Date.now();
    return [document.querySelector('#talk textarea, #talk input').value, busy ? 'busy' : '', ...inputs];
  },
  isBusy() { // the stop button appears only some time after the click
    if (!Dateline.askedAt) return false;
    return Boolean(document.querySelector('#question .stop-button')) || Date.now() - Dateline.askedAt < 3_000;
  },
  // After a complete answer the page is still busy for a moment, or longer on a slow connection. Questions wait for it.
  async rested() {
    const until = Date.now() + 15_000;
    while (Dateline.isBusy() && Dateline.isComplete() && Date.now() < until) await Dateline.pause(50);
  },
  isComplete() { // only a complete answer has its link
    const last = [...document.querySelectorAll('#chat [data-testid=user], #chat [data-testid=bot]')].at(-1);
    return Boolean(last?.matches('[data-testid=bot]') && last.querySelector('a[href^="#link-"]'));
  },
  pause(milliseconds) { return new Promise((done) => { setTimeout(done, milliseconds); }); },
  answered(busy) { // also called after a refused question, and again after a stop: neither ends the current question
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
  ended() { // another conversation is opened, which cancels the current question
    if (Dateline.askedAt) Dateline.endedAt = Date.now();
    Dateline.askedAt = 0;
  },
  stopped() {
    Dateline.ended();
    Dateline.stoppedAt = Date.now();
  },

  // Show a message for a moment, also to screen readers.
  notice(text) {
    let box = document.getElementById('notice');
    if (!box) {
      box = Object.assign(document.createElement('div'), { id: 'notice' });
      box.setAttribute('role', 'status');
      document.body.append(box);
    }
    box.textContent = text;
    clearTimeout(Dateline.noticeTimer);
    Dateline.noticeTimer = setTimeout(() => { box.textContent = ''; }, 6_000);
  },

  // Empty the box as soon as its question is sent, so that text typed after that is not lost.
  async sent(conversation, busy, question) {
    await Dateline.rested();
    const box = document.querySelector('#question textarea');
    if (box && box.value === question && !Dateline.isBusy()) {
      box.value = '';
      box.dispatchEvent(new Event('input', { bubbles: true }));
    }
    return Dateline.asking(conversation, busy, question);
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
