// Thumbs under answers are links in messages; here they are told to be buttons, pressed or not, whenever the chat is drawn.
(() => {
  let ratings = {};

  const mark = () => {
    for (const link of document.querySelectorAll('#chat a[href^="#up-"], #chat a[href^="#down-"]')) {
      const [, verb, turn] = link.getAttribute('href').match(/^#(up|down)-(\d+)$/) || [];
      const pressed = String(ratings[turn] === verb);
      if (link.getAttribute('aria-pressed') === pressed) continue;
      link.setAttribute('role', 'button');
      link.setAttribute('aria-pressed', pressed);
    }
  };

  const watch = () => {
    const chat = document.getElementById('chat');
    if (!chat) return setTimeout(watch, 200);
    new MutationObserver(mark).observe(chat, { childList: true, subtree: true });
    return mark();
  };
  watch();

  document.addEventListener('keydown', (event) => { // the space bar presses what is a button
    if (event.key !== ' ' || !event.target.matches || !event.target.matches('#chat a[role="button"]')) return;
    event.preventDefault();
    event.target.click();
  });

  Object.assign(window.Dateline, {
    rated(text) {
      try { ratings = JSON.parse(text || '{}'); } catch { ratings = {}; }
      mark();
      return text;
    },

    // Of a conversation only what ratings are kept by, not the answers.
    seals(text) {
      try {
        const talk = JSON.parse(text);
        return JSON.stringify([talk.id, talk.turns.map((turn) => turn.seal)]);
      } catch {
        return '';
      }
    },

    // Back to the link that opened the box, once that is closed; it stays open where a comment was not taken.
    leaveComment(about) {
      const [, turn] = JSON.parse(about || '[]');
      setTimeout(() => {
        if (document.querySelector('#comment-box')?.offsetParent) return;
        if (!Dateline.isWriting()) document.querySelector(`#chat a[href="#comment-${turn}"]`)?.focus();
      }, 150);
    },
  });
})();
