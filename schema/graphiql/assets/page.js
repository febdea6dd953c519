"use strict";

const page = document.getElementById("graphiql");
const { endpoint, samples } = JSON.parse(page.dataset.settings);

// GraphiQL's dialogs put this on the <style> elements they insert; the content-security policy lets no other in.
window.__webpack_nonce__ = document.currentScript.nonce;

/** Takes the token out of the address: a browser sends no fragment to a server, and history shall not keep it. */
function takeToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token) {
    history.replaceState(null, "", location.pathname + location.search);
  }
  return token;
}

/**
 * A Storage that ends with the page. GraphiQL writes the headers of each query that was run into its history, even
 * when told not to keep headers, so it gets no storage that outlives the token's reader.
 */
function pageStorage() {
  const items = new Map();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
    get length() {
      return items.size;
    },
  };
}

function legend() {
  const item = ({ title, title_zh }) => React.createElement("li", { key: title }, `${title_zh} ${title}`);
  return React.createElement("ol", { className: "samples" }, samples.map(item));
}

const token = takeToken();
const authorization = token ? { Authorization: `Bearer ${token}` } : undefined;
const headers = authorization && JSON.stringify(authorization, null, 2);

const fetcher = GraphiQL.createFetcher({
  url: endpoint,
  // The headers of the editor are sent along when the socket opens.
  subscriptionUrl: new URL(endpoint, location.href.replace(/^http/, "ws")).href,
  enableIncrementalDelivery: false,
  // GraphiQL asks for the schema before its header editor is there to be read.
  schemaFetcher: GraphiQL.createFetcher({ url: endpoint, headers: authorization }),
});

// Opening a link that differs in its fragment alone does not load the page again.
addEventListener("hashchange", () => {
  if (new URLSearchParams(location.hash.slice(1)).has("token")) {
    location.reload();
  }
});

ReactDOM.createRoot(page).render(
  React.createElement(
    GraphiQL,
    {
      fetcher,
      defaultTabs: samples.map(({ query, variables }) => ({ query, variables, headers })),
      // GraphiQL fills the first tab's editors from these, and each further tab's from the tab.
      variables: samples[0].variables,
      defaultHeaders: headers,
      isHeadersEditorEnabled: true,
      defaultEditorToolsVisibility: "headers",
      shouldPersistHeaders: false,
      storage: pageStorage(),
    },
    React.createElement(GraphiQL.Logo, null, document.title),
    React.createElement(GraphiQL.Footer, null, legend()),
  ),
);
