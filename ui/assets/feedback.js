// The thumbs under answers are links in messages. They become toggle buttons whenever the chat is rendered.
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

  document.addEventListener('keydown', (event) => { // the space bar presses a button
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

    // The part of a conversation that identifies ratings, without the answers.
    seals(text) {
      try {
        const conversation = JSON.parse(text);
        return JSON.stringify([conversation.id, conversation.turns.map((turn) => turn.seal)]);
      } catch {
        return '';
      }
    },

    // Move the focus back to the link that opened the box when it closes. It stays open if a comment was not saved.
    leaveComment(about) {
      const [, turn] = JSON.parse(about || '[]');
      setTimeout(() => {
        if (document.querySelector('#comment-box')?.offsetParent) return;
        if (!Dateline.isWriting()) document.querySelector(`#chat a[href="#comment-${turn}"]`)?.focus();
      }, 150);
    },
  });
})();
