// One live connection for all tabs of this browser: the tab that holds the lock listens and tells the others.
// A live event says only that there is more, or who types; what there is, is fetched (api.js).

const LOCK = "guanjia-live";
const CHANNEL = "guanjia-live";
const POLL_MS = 25_000;

export function listen({ onMore, onTyping, onConnected, onSession }) {
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : null;
  let connection = null; // of the tab that listens
  const hear = ({ kind, by, up }) => {
    if (kind === "more") onMore();
    else if (kind === "typing") onTyping(by);
    else if (kind === "connected") onConnected(up);
    else if (kind === "session") connection?.renew();
  };
  const tell = (news) => {
    hear(news);
    tabs?.postMessage(news);
  };
  tabs?.addEventListener("message", ({ data }) => {
    hear(data);
    if (data.kind === "session") onSession();
  });

  if (navigator.locks && tabs) {
    // Held until the tab goes; the next tab in line then takes over.
    navigator.locks.request(LOCK, () => new Promise(() => (connection = connect(tell))));
  } else {
    connection = connect(tell);
  }
  // A lost event, a sleeping phone, a proxy without streaming: the chat still moves.
  setInterval(() => document.visibilityState === "visible" && onMore(), POLL_MS);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && onMore());
  return {
    tellTabs: () => tabs?.postMessage({ kind: "more" }),
    // The cookie names another conversation now: what listens must ask again with it.
    sessionChanged: () => tell({ kind: "session" }),
  };
}

function connect(tell) {
  let source = null;
  let wait = 1000;
  const open = () => {
    source = new EventSource("/chat/api/live");
    source.addEventListener("open", () => {
      wait = 1000;
      tell({ kind: "connected", up: true });
    });
    source.addEventListener("more", () => tell({ kind: "more" }));
    source.addEventListener("typing", (event) => tell({ kind: "typing", by: JSON.parse(event.data).by }));
    source.addEventListener("error", () => {
      tell({ kind: "connected", up: false });
      if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      setTimeout(open, wait);
      wait = Math.min(wait * 2, 30_000);
    });
  };
  const renew = () => {
    source.close();
    open();
  };
  open();
  window.addEventListener("online", () => source.readyState !== EventSource.OPEN && renew());
  return { renew };
}
