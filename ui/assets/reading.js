// The reading pane: scrolling and focus in the article, quotes of markers, copying citations, and the answer in view.
Dateline.reading = (() => {
  const OPENERS = ['cite', 'near', 'carrier', 'version', 'article'].map((verb) => `a[href^="#${verb}-"]`).join(', ');
  const byId = (id) => document.getElementById(id);
  const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
  let opener = null; // address of the link in the chat that was clicked last
  let opened = 0; // time of the last click on a link
  let waiting = false; // whether its article is still being loaded
  let moved = 0; // time when the reader last moved the chat. Scrolling by itself, such as during an answer, is ignored.
  let pause = 0; // timer until the chat stops scrolling

  // The article

  function settle() {
    setTimeout(() => { // when Gradio has rendered the article
      if (waiting) scroll(true);
      waiting = false;
    }, 150);
  }

  function scroll(clicked) {
    const box = byId('article');
    const mark = box && (box.querySelector('mark.active') || box.querySelector('article h2, .notice'));
    if (!mark) return;
    const behavior = calm() ? 'instant' : 'smooth';
    const card = document.querySelector('#sources .card[aria-current]');
    const list = byId('sources');
    if (card) {
      const [cardBox, listBox] = [card.getBoundingClientRect(), list.getBoundingClientRect()];
      if (cardBox.top < listBox.top || cardBox.bottom > listBox.bottom) list.scrollTop += cardBox.top - listBox.top - 8;
    }
    if (clicked && !Dateline.isWriting()) {
      if (!mark.hasAttribute('tabindex')) mark.tabIndex = -1;
      mark.focus({ preventScroll: true });
    }
    const aim = mark.matches('mark') ? mark.getBoundingClientRect().top - box.clientHeight / 3 : -Infinity;
    box.scrollTo({ top: Math.max(0, box.scrollTop + aim - box.getBoundingClientRect().top), behavior });
    const shown = Math.min(box.getBoundingClientRect().bottom, innerHeight) - Math.max(box.getBoundingClientRect().top, 0);
    if (clicked && shown < box.clientHeight / 2) box.scrollIntoView({ block: 'start', behavior }); // on a phone
  }

  function back(address) {
    waiting = false;
    const links = [...document.querySelectorAll('#chat a')];
    const target = links.find((link) => link.getAttribute('href') === address) || document.querySelector('#question textarea');
    if (!target) return;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: 'center', behavior: calm() ? 'instant' : 'smooth' });
  }

  document.addEventListener('click', (event) => {
    const link = event.target.closest?.(OPENERS);
    if (!link) return;
    opened = Date.now();
    waiting = true;
    clearTimeout(pause);
    if (link.closest('#chat')) opener = link.getAttribute('href');
  }, true);

  Dateline.onLink('a[href^="#back-"]', (href) => back(href.slice(6) ? `#${href.slice(6)}` : opener || ''));

  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    if (hideQuote()) { event.preventDefault(); return; }
    const link = event.target.closest?.('#article') && byId('article').querySelector('a.back');
    if (link) { event.preventDefault(); link.click(); }
  });

  // Copying and printing

  document.addEventListener('click', async (event) => {
    const button = event.target.closest?.('#article button[data-copy]');
    if (!button) return;
    const status = byId('article').querySelector('.said');
    status.replaceChildren();
    try {
      await Dateline.copy(button.dataset.copy);
      status.textContent = button.dataset.said;
    } catch {
      const text = Object.assign(document.createElement('code'), { textContent: button.dataset.copy });
      status.append(button.dataset.failed, ' ', text);
    }
  });

  // Print only the article. A style sheet alone cannot hide the rest of the page, because of how Gradio scopes styles.
  document.addEventListener('click', (event) => {
    if (!event.target.closest?.('#article button[data-print]')) return;
    for (let part = byId('article'); part !== document.body; part = part.parentElement) {
      for (const other of part.parentElement.children) if (other !== part) other.dataset.unprinted = '';
    }
    print();
  });
  addEventListener('afterprint', () => {
    for (const part of document.querySelectorAll('[data-unprinted]')) delete part.dataset.unprinted;
  });
  const paper = Object.assign(document.createElement('style'), { media: 'print' });
  paper.textContent = '[data-unprinted] { display: none !important; }';
  document.head.append(paper);

  // The quote of a marker: a tooltip in place of the title attribute, which keyboards cannot reach

  const tip = Object.assign(document.createElement('div'), { id: 'quote', hidden: true, dir: 'auto' });
  tip.setAttribute('role', 'tooltip');
  let marker = null;
  let leaving = 0;

  function showQuote(link) {
    const title = link.getAttribute('title');
    if (title) { // Gradio may render the link again, so this is repeated each time
      link.dataset.quote = title;
      link.removeAttribute('title');
    }
    clearTimeout(leaving);
    if (!link.dataset.quote || link === marker) return;
    hideQuote();
    marker = link;
    tip.textContent = link.dataset.quote;
    tip.hidden = false;
    document.body.append(tip);
    link.setAttribute('aria-describedby', tip.id);
    placeQuote();
  }

  function placeQuote() {
    const at = marker.getBoundingClientRect();
    if (!marker.isConnected || at.bottom < 0 || at.top > innerHeight) { hideQuote(); return; }
    const above = at.top > tip.offsetHeight + 12;
    tip.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${above ? at.top - tip.offsetHeight - 4 : at.bottom + 4}px`;
  }

  function hideQuote() {
    if (!marker) return false;
    clearTimeout(leaving);
    marker.removeAttribute('aria-describedby');
    marker = null;
    tip.hidden = true;
    return true;
  }

  const markerOf = (event) => event.target.closest?.('#chat a[href^="#cite-"]');
  document.addEventListener('mouseover', (event) => {
    const link = markerOf(event);
    if (link) showQuote(link);
    else if (tip.contains(event.target)) clearTimeout(leaving);
    else if (marker && marker !== document.activeElement) {
      clearTimeout(leaving);
      leaving = setTimeout(hideQuote, 250); // time to move the pointer to the tooltip
    }
  });
  document.addEventListener('focusin', (event) => {
    const link = markerOf(event);
    if (link) showQuote(link);
    else hideQuote();
  });
  document.addEventListener('click', (event) => { if (!tip.contains(event.target)) hideQuote(); });

  // The answer in view

  function turnsInChat() {
    const turns = new Map();
    for (const link of document.querySelectorAll('#chat a[href^="#cite-"], #chat a[href^="#near-"]')) {
      const turn = Number(link.getAttribute('href').split('-')[1]);
      const message = link.closest('.message') || link.parentElement;
      if (!turns.has(turn)) turns.set(turn, message.getBoundingClientRect());
    }
    return turns;
  }

  function turnInView(pane) {
    let best = null;
    let most = 0;
    for (const [turn, { top, bottom }] of turnsInChat()) {
      const seen = Math.min(bottom, pane.bottom) - Math.max(top, pane.top);
      if (seen >= most && seen > 0) [best, most] = [turn, seen];
    }
    return best;
  }

  function look(pane) {
    const wait = opened + 1500 - Date.now();
    if (wait > 0) { pause = setTimeout(look, wait, pane); return; } // after a click the sources stay for a moment
    const turn = turnInView(pane.getBoundingClientRect());
    const shown = document.querySelector('#sources [data-turn]')?.dataset.turn;
    if (turn === null || String(turn) === shown) return;
    const link = Object.assign(document.createElement('a'), { href: `#look-${turn}`, hidden: true });
    document.body.append(link);
    link.click();
    link.remove();
  }

  for (const kind of ['wheel', 'touchmove', 'keydown', 'pointerdown']) {
    document.addEventListener(kind, (event) => {
      if (event.target.closest?.('#chat')) moved = Date.now();
    }, { capture: true, passive: true });
  }

  document.addEventListener('scroll', (event) => {
    if (marker) placeQuote();
    const pane = event.target;
    if (!(pane instanceof Element) || !pane.closest('#chat') || Date.now() - moved > 1500) return;
    moved = Date.now(); // a swipe continues by itself
    clearTimeout(pause);
    pause = setTimeout(look, 250, pane);
  }, { capture: true, passive: true });

  // Scroll to the cited words whenever an article is opened. Only a click on a link also moves the focus.

  function watch() {
    const box = byId('article');
    if (!box) { setTimeout(watch, 100); return; }
    const isNew = (node) => node instanceof Element && (node.matches('.reading') || node.querySelector('.reading'));
    new MutationObserver((changes) => {
      if (changes.some(({ addedNodes }) => [...addedNodes].some(isNew))) requestAnimationFrame(() => scroll(false));
    }).observe(box, { childList: true, subtree: true });
  }
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', watch);
  else watch();

  return { settle };
})();
