// Says so, and where to sign in again, when the server no longer knows who is asking.
(() => {
  const ask = window.fetch;
  window.fetch = async (...asked) => {
    const response = await ask(...asked);
    const own = new URL(response.url || location.href, location.href).origin === location.origin;
    if (own && response.status === 401 && response.headers.get('WWW-Authenticate')) say(await response.clone().json());
    return response;
  };

  function say({ detail, sign_in: signIn }) {
    if (document.getElementById('signed-out')) return;
    const notice = document.createElement('div');
    const link = document.createElement('a');
    notice.id = 'signed-out';
    notice.setAttribute('role', 'alert');
    link.href = '/sign-in?next=' + encodeURIComponent(location.pathname + location.search) + location.hash;
    link.textContent = signIn;
    notice.append(`${detail} `, link);
    document.body.append(notice);
  }
})();
