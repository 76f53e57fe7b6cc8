// The reading room in the browser: where the article is scrolled to and focus goes, quotes of markers, copied
// citations, and which answer is in view.
Dateline.reading = (() => {
  const OPENERS = ['cite', 'near', 'carrier', 'version', 'article'].map((verb) => `a[href^="#${verb}-"]`).join(', ');
  const byId = (id) => document.getElementById(id);
  const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
  let opener = null; // address of the link in the chat that was followed last
  let opened = 0; // when any was
  let waiting = false; // whether its article is still to come
  let hand = 0; // when the reader last moved the chat: what moves by itself, as while it is written, is not followed
  let pause = 0; // until the chat stands still

  // The article

  function settle() {
    setTimeout(() => { // once Gradio has put it there
      if (waiting) scroll(true);
      waiting = false;
    }, 150);
  }

  function scroll(asked) {
    const box = byId('article');
    const mark = box && (box.querySelector('mark.active') || box.querySelector('article h2, .notice'));
    if (!mark) return;
    const behavior = calm() ? 'instant' : 'smooth';
    const card = document.querySelector('#sources .card[aria-current]');
    const list = byId('sources');
    if (card) {
      const [there, all] = [card.getBoundingClientRect(), list.getBoundingClientRect()];
      if (there.top < all.top || there.bottom > all.bottom) list.scrollTop += there.top - all.top - 8;
    }
    if (asked && !Dateline.isWriting()) {
      if (!mark.hasAttribute('tabindex')) mark.tabIndex = -1;
      mark.focus({ preventScroll: true });
    }
    const aim = mark.matches('mark') ? mark.getBoundingClientRect().top - box.clientHeight / 3 : -Infinity;
    box.scrollTo({ top: Math.max(0, box.scrollTop + aim - box.getBoundingClientRect().top), behavior });
    const shown = Math.min(box.getBoundingClientRect().bottom, innerHeight) - Math.max(box.getBoundingClientRect().top, 0);
    if (asked && shown < box.clientHeight / 2) box.scrollIntoView({ block: 'start', behavior }); // on a phone
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
    const said = byId('article').querySelector('.said');
    said.replaceChildren();
    try {
      await Dateline.copy(button.dataset.copy);
      said.textContent = button.dataset.said;
    } catch {
      const text = Object.assign(document.createElement('code'), { textContent: button.dataset.copy });
      said.append(button.dataset.failed, ' ', text);
    }
  });

  // Printed from here it is the article alone; Gradio would not let a style sheet reach all that stands beside it.
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

  // The quote of a marker: own words in place of the browser's title, which no keyboard reaches

  const tip = Object.assign(document.createElement('div'), { id: 'quote', hidden: true, dir: 'auto' });
  tip.setAttribute('role', 'tooltip');
  let marker = null;
  let leaving = 0;

  function showQuote(link) {
    const title = link.getAttribute('title');
    if (title) { // Gradio may render it again, so it is taken each time
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
      leaving = setTimeout(hideQuote, 250); // time to come over to it
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
    if (wait > 0) { pause = setTimeout(look, wait, pane); return; } // what was clicked stays
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
      if (event.target.closest?.('#chat')) hand = Date.now();
    }, { capture: true, passive: true });
  }

  document.addEventListener('scroll', (event) => {
    if (marker) placeQuote();
    const pane = event.target;
    if (!(pane instanceof Element) || !pane.closest('#chat') || Date.now() - hand > 1500) return;
    hand = Date.now(); // a swipe goes on by itself
    clearTimeout(pause);
    pause = setTimeout(look, 250, pane);
  }, { capture: true, passive: true });

  // Whatever opens an article, its words are scrolled to; focus follows where a link was followed

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
