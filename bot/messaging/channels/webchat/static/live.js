// One live connection for all tabs of this browser: the tab that holds the lock listens and tells the others.
// A live event says only that there is more, or who types; what there is, is fetched (api.js).

const LOCK = "guanjia-live";
const CHANNEL = "guanjia-live";
const POLL_MS = 25_000;

export function listen({ onMore, onTyping, onConnected }) {
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : null;
  const hear = ({ kind, by, up }) => {
    if (kind === "more") onMore();
    else if (kind === "typing") onTyping(by);
    else if (kind === "connected") onConnected(up);
  };
  const tell = (news) => {
    hear(news);
    tabs?.postMessage(news);
  };
  tabs?.addEventListener("message", ({ data }) => hear(data));

  if (navigator.locks && tabs) {
    // Held until the tab goes; the next tab in line then takes over.
    navigator.locks.request(LOCK, () => new Promise(() => connect(tell)));
  } else {
    connect(tell);
  }
  // A lost event, a sleeping phone, a proxy without streaming: the chat still moves.
  setInterval(() => document.visibilityState === "visible" && onMore(), POLL_MS);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && onMore());
  return { tellTabs: () => tabs?.postMessage({ kind: "more" }) };
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
  open();
  window.addEventListener("online", () => {
    if (source.readyState === EventSource.OPEN) return;
    source.close();
    open();
  });
}
