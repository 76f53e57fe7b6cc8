// Conversations: kept in this browser's IndexedDB, or, for people who are signed in, on the server. Each function takes
// what an event of Gradio gives and returns what it sends on. MARK names the archive: two on one address share nothing.
(() => {
  const seenHere = new Map(); // id of a conversation -> what was kept of it when it was opened or kept here last
  const others = new Map(); // id of a conversation -> what it is called where another window has gone on with it
  let wanted = ''; // id in the link that was clicked last
  let told = false; // whether it was said that nothing can be kept

  document.addEventListener('click', (event) => {
    const link = event.target.closest && event.target.closest('a[href^="#talk-"]');
    if (link) wanted = link.getAttribute('href').slice('#talk-'.length);
  }, true);

  const who = () => (window.gradio_config && window.gradio_config.username) || '';
  const signedIn = () => Boolean(who());

  // The conversation of this window, so that a reload opens it again.
  const current = (mark, id) => {
    try {
      if (id === undefined) return sessionStorage.getItem(`dateline-talk-${mark}`) || '';
      if (id) sessionStorage.setItem(`dateline-talk-${mark}`, id);
      else sessionStorage.removeItem(`dateline-talk-${mark}`);
    } catch { /* a browser that keeps nothing */ }
    return id || '';
  };

  const answerOf = (address) => new URL(address).searchParams.get('answer') || '';

  // Take the answer that a link led to out of the address: something else is open now.
  const leaveAnswer = () => {
    const address = new URL(location.href);
    if (!address.searchParams.has('answer')) return;
    address.searchParams.delete('answer');
    history.replaceState(history.state, '', address);
  };

  const opened = (mark) => new Promise((done, fail) => {
    const asked = indexedDB.open(`dateline-${mark}`, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore('heads', { keyPath: 'id' });
      asked.result.createObjectStore('talks');
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });

  // One transaction; `use` gets both stores and returns the request whose result is wanted, if any.
  const within = async (mark, mode, use) => {
    const database = await opened(mark);
    try {
      return await new Promise((done, fail) => {
        const transaction = database.transaction(['heads', 'talks'], mode);
        const asked = use(transaction.objectStore('heads'), transaction.objectStore('talks'));
        transaction.oncomplete = () => done(asked && asked.result);
        transaction.onerror = transaction.onabort = () => fail(transaction.error);
      });
    } finally {
      database.close();
    }
  };

  const parsed = (text) => {
    try { return text ? JSON.parse(text) : null; } catch { return null; }
  };

  // What is kept of a conversation; of one that is broken only its id, by which it can be deleted.
  const named = (text, id) => (!text || parsed(text)?.id === id ? text || '' : JSON.stringify({ id }));

  // Half of a character, as cutting or typing may leave one, is no text to the server.
  const whole = (text) => (text.toWellFormed ? text.toWellFormed() : text);

  const headOf = (talk) => {
    const typed = talk.turns.map((turn) => turn.answer.question.typed || turn.answer.question.text);
    const questions = talk.pending ? [...typed, talk.pending] : typed;
    return { id: talk.id, name: talk.name, updated: talk.updated, questions: questions.map((q) => [...q].slice(0, 300).join('')) };
  };

  const heads = async (mark) => {
    const all = await within(mark, 'readonly', (heads) => heads.getAll());
    all.sort((a, b) => (a.updated < b.updated ? 1 : -1));
    return JSON.stringify(all, (_, value) => (typeof value === 'string' ? whole(value) : value));
  };

  const freshId = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
  const here = freshId(); // this window
  const isEmpty = (talk) => !talk.turns.length && !talk.pending;

  const otherOf = (id) => {
    if (!others.has(id)) others.set(id, freshId());
    return others.get(id);
  };

  const openedHere = (id, text) => {
    seenHere.set(id, text);
    others.delete(id);
  };

  // Keep a conversation, and give back what is kept of it: under an id of its own where another window has changed what
  // was seen here. An empty one, as a first question leaves it that was stopped, is taken out.
  const put = async (mark, text, talk) => {
    let [id, kept] = [talk.id, text];
    await within(mark, 'readwrite', (heads, talks) => {
      const asked = talks.get(id);
      asked.onsuccess = () => {
        const before = asked.result;
        const changed = before !== undefined && before !== seenHere.get(id);
        if (isEmpty(talk)) {
          if (!changed) { heads.delete(id); talks.delete(id); }
          return;
        }
        if (changed && before !== text) {
          id = otherOf(talk.id);
          kept = text.replace(`"id":"${talk.id}"`, `"id":"${id}"`);
        }
        talks.put(kept, id);
        heads.put(headOf({ ...talk, id }));
        seenHere.set(id, kept);
      };
    });
    return [id, kept];
  };

  // What a browser does that cannot keep anything: "!" once, which the page puts into words.
  const orNothing = async (attempt, otherwise) => {
    try {
      return await attempt();
    } catch (error) {
      console.warn('conversations are not kept:', error);
      const say = told ? '[]' : '!';
      told = true;
      return otherwise(say);
    }
  };

  Object.assign(window.Dateline, {
    who, // was signed in when the page was opened; it may be another person now

    // When the page opens: the answer of a link, or the conversation of this window.
    async begun(mark, link, id, text, known, search) {
      document.getElementById('talks-said')?.setAttribute('aria-live', 'polite');
      const answer = answerOf(location.href);
      if (signedIn()) return [answer, current(mark), '', known, search];
      return orNothing(async () => {
        const id = current(mark);
        const kept = answer ? '' : await within(mark, 'readonly', (_, talks) => talks.get(id || '-'));
        if (kept) openedHere(id, kept);
        return [answer, '', named(kept, id), await heads(mark), search];
      }, (say) => [answer, '', '', say, search]);
    },

    // After a change. Where another window has gone on with the same conversation, both are kept: this one anew.
    async kept(mark, text, seen, known) {
      const talk = parsed(text);
      if (!talk || !talk.turns) return ['', '', known];
      if (!isEmpty(talk)) leaveAnswer();
      current(mark, isEmpty(talk) ? '' : talk.id);
      if (signedIn()) {
        const since = seen.startsWith(`${talk.id} `) ? seen.slice(talk.id.length + 1) : '';
        return [text, `${here} ${since} ${otherOf(talk.id)}`, known];
      }
      return orNothing(async () => {
        const [id, changed] = await put(mark, text, talk);
        if (!isEmpty(talk)) current(mark, id);
        return [changed === text ? '' : changed, `${id} `, await heads(mark)];
      }, (say) => ['', `${talk.id} `, say]);
    },

    // The conversation whose link was clicked.
    async openedTalk(mark, text, known, search) {
      const id = wanted;
      if (signedIn()) {
        leaveAnswer();
        current(mark, id);
        return [id, known, search];
      }
      return orNothing(async () => {
        const kept = await within(mark, 'readonly', (_, talks) => talks.get(id));
        if (kept) {
          leaveAnswer();
          current(mark, id);
          openedHere(id, kept);
        }
        return [named(kept, id), await heads(mark), search];
      }, (say) => ['', say, search]);
    },

    leftTalk(mark, known, search) {
      leaveAnswer();
      current(mark, '');
      return [known, search];
    },

    async forgotten(mark, text, known, search) {
      const talk = parsed(text);
      if (!talk) return ['', known, search];
      leaveAnswer();
      current(mark, '');
      if (signedIn()) return [text, known, search];
      return orNothing(async () => {
        await within(mark, 'readwrite', (heads, talks) => { heads.delete(talk.id); talks.delete(talk.id); });
        return [text, await heads(mark), search];
      }, (say) => [text, say, search]);
    },

    async restored(mark, text, window, known, search) {
      const talk = parsed(text);
      if (!talk) return ['', '', known, search];
      current(mark, talk.id);
      if (signedIn()) return [text, `${here}  ${otherOf(talk.id)}`, known, search];
      return orNothing(async () => {
        const [id, kept] = await put(mark, text, talk);
        current(mark, id);
        return [kept, '', await heads(mark), search];
      }, (say) => [text, '', say, search]);
    },

    saved(file) {
      const given = parsed(file);
      if (given) window.Dateline.download(given.name, given.type, given.text);
      return '';
    },

    async linked(id) {
      if (!id) return '';
      try {
        await window.Dateline.copy(`${location.origin}${location.pathname}?answer=${id}`);
        return 'copied';
      } catch {
        return 'not copied';
      }
    },
  });
})();
